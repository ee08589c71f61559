// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// IMApp is one Tencent Cloud Chat (IM) application: where its callbacks arrive, how they are verified, and which of its
// groups are stored as IMGroups of the same namespace. Its name has at most 63 characters.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,shortName=ima,categories=im
// +kubebuilder:printcolumn:name="SDKAppID",type=integer,format=int64,JSONPath=`.spec.sdkAppID`,description="The SDKAppID of the application."
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether callbacks can be received and verified."
// +kubebuilder:printcolumn:name="Groups",type=integer,JSONPath=`.status.groups`,description="The number of IMGroups of this application."
// +kubebuilder:printcolumn:name="Changed",type=date,JSONPath=`.status.lastChangeTime`,description="How long ago the latest change happened."
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Callback Path",type=string,priority=1,JSONPath=`.status.callbackPath`,description="The path on which callbacks are received."
// +kubebuilder:printcolumn:name="Suspended",type=boolean,priority=1,JSONPath=`.spec.suspend`,description="Whether callbacks are refused and nothing is written."
// +kubebuilder:validation:XValidation:rule="self.metadata.name.size() <= 63",message="metadata.name must have at most 63 characters"
type IMApp struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object's metadata. The name is part of the callback path and the value of a label, so it
	// has at most 63 characters.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec defines how the application's callbacks are verified and which of its groups are stored. Required.
	// +required
	Spec IMAppSpec `json:"spec,omitzero"`

	// status is what the operator has observed. Written by the operator only; until it has seen the object only
	// observedGeneration is there, and is -1.
	// +optional
	// +default={}
	Status IMAppStatus `json:"status,omitzero"`
}

// CallbackPath is the path on which the callbacks of this application are received.
func (a *IMApp) CallbackPath() string {
	return "/callbacks/" + a.Namespace + "/" + a.Name
}

// IMAppSpec is the desired behaviour of an application.
type IMAppSpec struct {
	// sdkAppID is the application's SDKAppID, as the Chat console shows it. A callback whose SdkAppid differs is refused.
	// At least 1, at most 9007199254740991 (2^53-1, the greatest integer that every JSON reader keeps). Required and
	// immutable: another application is another IMApp.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="sdkAppID is immutable"
	// +kubebuilder:validation:Maximum=9007199254740991
	SDKAppID int64 `json:"sdkAppID,omitempty"`

	// callback defines how callbacks are verified: exactly one of tokenSecretRef and allowUnsigned: true. Required.
	// +required
	Callback IMAppCallback `json:"callback,omitzero"`

	// groups defines for which groups an IMGroup is created and how long it is kept. Absent means the defaults of its
	// fields: every group, at most 20000 of them, forever.
	// +optional
	// +default={}
	Groups *IMAppGroups `json:"groups,omitempty"`

	// rest is the access to Tencent's REST API, which supplies what callbacks miss: groups older than the operator, and
	// changes whose callback was lost. Absent means that callbacks are the only source.
	// +optional
	Rest *IMAppREST `json:"rest,omitempty"`

	// suspend stops the application: its callbacks are answered with 404, nothing is fetched, written or deleted; its
	// IMGroups stay as they are. Setting it back requests a resync if rest is set. Absent means false.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}

// IMAppCallback defines how callbacks are verified.
//
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:XValidation:rule="has(self.tokenSecretRef) != (has(self.allowUnsigned) && self.allowUnsigned)",message="exactly one of tokenSecretRef and allowUnsigned: true must be set"
type IMAppCallback struct {
	// tokenSecretRef names the Secret, in the namespace of the IMApp, that holds the token of the console's callback
	// authentication. The key token is required. The key previousToken is optional and accepted as well, so that a token
	// can be rotated without refusing a callback. The Secret is read again about every 10 seconds. Absent means that
	// callbacks carry no signature; allowUnsigned must then be true.
	// +optional
	TokenSecretRef *SecretReference `json:"tokenSecretRef,omitempty"`

	// allowUnsigned accepts callbacks without checking any signature: whoever reaches the endpoint and knows the
	// SDKAppID can then write the status of this application's IMGroups. Absent means false; tokenSecretRef must then be
	// set.
	// +optional
	AllowUnsigned bool `json:"allowUnsigned,omitempty"`
}

// SecretReference names a Secret in the namespace of the object that refers to it.
type SecretReference struct {
	// name is the name of the Secret: 1 to 253 characters, lower-case letters, digits, '-' and '.'. Required.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",message="must be the name of a Secret: lower-case letters, digits, '-' and '.'"
	Name string `json:"name,omitempty"`
}

// CreationPolicy defines for which groups an IMGroup is created.
//
// +kubebuilder:validation:Enum=Always;Declared
type CreationPolicy string

// The creation policies.
const (
	// CreateAlways creates an IMGroup for every group that is seen.
	CreateAlways CreationPolicy = "Always"
	// CreateDeclared creates none: only IMGroups that somebody declared are filled.
	CreateDeclared CreationPolicy = "Declared"
)

// IMAppGroups defines for which groups an IMGroup is created and how long it is kept. IMGroups that somebody declared are
// always filled and never deleted, whatever is set here.
type IMAppGroups struct {
	// creationPolicy is Always, to create an IMGroup for every group that is seen, or Declared, to create none and fill
	// only those that somebody declared. Default: Always.
	// +optional
	// +default="Always"
	CreationPolicy CreationPolicy `json:"creationPolicy,omitempty"`

	// types are the group types for which an IMGroup is created, such as Public, Work, Meeting, AVChatRoom and Community.
	// The old and the new name of a type are the same type: Private is Work, ChatRoom is Meeting. At most 16, each of 1
	// to 128 characters, none twice. Absent or empty means every type.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=128
	Types []string `json:"types,omitempty"`

	// maxCount is the maximum number of IMGroups that are created for this application. Chat users decide how many groups exist; this
	// decides how many the cluster stores. A group beyond it is counted in the metrics, the message of the condition Ready
	// says that the limit is reached, and no IMGroup is created for it. At least 0, which creates none. Default: 20000.
	// +optional
	// +default=20000
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	MaxCount *int32 `json:"maxCount,omitempty"`

	// destroyedRetentionSeconds is how long, in seconds, an IMGroup that the operator created is kept after its
	// status.destroyedTime; then the operator deletes it. At least 3600. Absent means forever.
	// +optional
	// +kubebuilder:validation:Minimum=3600
	// +kubebuilder:validation:Maximum=2147483647
	DestroyedRetentionSeconds *int32 `json:"destroyedRetentionSeconds,omitempty"`
}

// IMAppREST is the access to Tencent's REST API, for backfill and resync.
type IMAppREST struct {
	// baseURL is the scheme and host of the REST API in the application's region, such as https://console.tim.qq.com. The
	// host must be among the operator's --rest-allowed-hosts. The scheme is https; http only as http://127.0.0.1:PORT,
	// for tests. No user, path, query or fragment. At most 2048 characters. Required.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=2048
	// +kubebuilder:validation:XValidation:rule="self.matches('^(https://[^/?#@[:space:][:cntrl:]]+|http://127[.]0[.]0[.]1:[0-9]{1,5})/?$') && isURL(self) && url(self).getHostname() != ''",message="must be https://HOST or https://HOST:PORT (http only as http://127.0.0.1:PORT), without user, path, query or fragment"
	BaseURL string `json:"baseURL,omitempty"`

	// adminUserID is the UserID of an administrator of the application, in whose name requests are made. 1 to 256
	// characters. Required.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	AdminUserID string `json:"adminUserID,omitempty"`

	// secretKeySecretRef names the Secret, in the namespace of the IMApp, that holds the application's secret key, with
	// which requests are signed, under the key secretKey. It is the application's master key: whoever has it can act as any
	// of its users. Required.
	// +required
	SecretKeySecretRef SecretReference `json:"secretKeySecretRef,omitzero"`

	// resyncIntervalSeconds is the time, in seconds, from the start of one full resync to the start of the next, give or
	// take a tenth; one also runs at the start of each leader's term. 0 means on demand only, by the annotation
	// im.imgroup.dev/resync-requested-at; otherwise at least 60. Default: 21600 (6 hours).
	// +optional
	// +default=21600
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:XValidation:rule="self == 0 || self >= 60",message="must be 0 (on demand only) or at least 60"
	// +kubebuilder:validation:Maximum=2147483647
	ResyncIntervalSeconds *int32 `json:"resyncIntervalSeconds,omitempty"`

	// queriesPerSecond is the maximum number of requests per second for this application; each fetches up to 50
	// groups. 1 to 200, which is Tencent's own limit. Default: 20.
	// +optional
	// +default=20
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=200
	QueriesPerSecond *int32 `json:"queriesPerSecond,omitempty"`

	// customFieldKeys are the keys of the custom group fields that a resync fetches; custom fields that callbacks carry
	// are stored whatever is set here. At most 10, each of 1 to 16 letters, digits and '_', none twice. Absent or empty
	// means that a resync fetches none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=10
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=16
	// +kubebuilder:validation:items:Pattern=`^[A-Za-z0-9_]+$`
	CustomFieldKeys []string `json:"customFieldKeys,omitempty"`
}

// IMAppStatus is what the operator has observed of an application. Its counts and times are written at most once a
// minute.
type IMAppStatus struct {
	// conditions are the latest observations, one of each type: Ready, with Reconciling or Stalled while it is False;
	// CallbackAuthenticated; Resynced if spec.rest is set; NameConflict while a group cannot be stored. At most 16.
	// Absent until the operator has seen the object.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the metadata.generation that the status describes. Default: -1, until the operator has seen the
	// object, so that nobody mistakes a new one for one that is done.
	// +optional
	// +default=-1
	// +kubebuilder:validation:Minimum=-1
	// +kubebuilder:validation:Maximum=9007199254740991
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// callbackPath is the path on which the application's callbacks are received: /callbacks/<namespace>/<name>. At most
	// 4096 characters. Absent until the operator has seen the object.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	CallbackPath string `json:"callbackPath,omitempty"`

	// callbackURL is the full URL to paste into the Chat console. At most 4096 characters. Absent if the operator runs
	// without --callback-external-url.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	CallbackURL string `json:"callbackURL,omitempty"`

	// lastChangeTime is the event time of the latest change that was applied to any IMGroup of the application, in UTC
	// with microseconds. Absent means that there was none.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=27
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$`
	LastChangeTime *metav1.MicroTime `json:"lastChangeTime,omitempty"`

	// groups is the number of IMGroups of the application, created and declared. At least 0. Absent means not
	// counted yet.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	Groups *int32 `json:"groups,omitempty"`

	// resync is the progress of the latest full resync. Absent means that none was tried.
	// +optional
	Resync *ResyncStatus `json:"resync,omitempty"`
}

// ResyncStatus is the progress of the latest full resync. It shows fetches of single groups only if they fail.
type ResyncStatus struct {
	// lastHandledRequest is the value of the annotation im.imgroup.dev/resync-requested-at that was last acted on, with or
	// without success, its first 256 characters. Absent means that no request was.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	LastHandledRequest string `json:"lastHandledRequest,omitempty"`

	// startTime is when the latest resync started, or failed before it could start for the first time. Absent means that
	// none was tried.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=20
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$`
	StartTime *metav1.Time `json:"startTime,omitempty"`

	// completionTime is when the latest resync ended, complete or not. Absent while one runs, and after one that was
	// interrupted until the next has ended.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=20
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$`
	CompletionTime *metav1.Time `json:"completionTime,omitempty"`

	// watermark is the start of the latest complete resync by Tencent's clock: what happened before it is known, so an
	// event more than 60 seconds older is dropped as stale. Absent means that none was complete.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=27
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$`
	Watermark *metav1.MicroTime `json:"watermark,omitempty"`

	// watermarkFields are the fields for which the watermark holds: those that the resync asked for and that Tencent
	// returned for every group it saw, as fieldTimes names them; for custom fields "custom/" and the key. At most 80.
	// Absent means all but custom fields.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=80
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=300
	WatermarkFields []string `json:"watermarkFields,omitempty"`

	// unread are the IDs of groups for which the watermark does not hold, because Tencent left them out. At most 16.
	// Absent means none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=128
	Unread []string `json:"unread,omitempty"`

	// groupsDone is the number of groups that the latest resync has finished, written every 10 seconds. At least 0. Absent
	// means not known.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	GroupsDone *int32 `json:"groupsDone,omitempty"`

	// groupsTotal is the number of groups that the latest resync has to look at: Tencent's count until all are listed. At
	// least 0. Absent means not known yet.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	GroupsTotal *int32 `json:"groupsTotal,omitempty"`
}

// IMAppList is a list of IMApps.
//
// +kubebuilder:object:root=true
type IMAppList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []IMApp `json:"items"`
}
