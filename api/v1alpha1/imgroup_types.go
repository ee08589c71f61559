// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// IMGroup is one group of a Tencent Cloud Chat application. Its status follows what callbacks and resyncs report of the
// group. The operator creates IMGroups by itself if the IMApp says so; one that somebody declares, under any name, is
// filled the same way.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,shortName=img,categories=im
// +kubebuilder:printcolumn:name="Group ID",type=string,JSONPath=`.spec.groupID`,description="The ID of the group."
// +kubebuilder:printcolumn:name="Type",type=string,JSONPath=`.status.type`,description="The type of the group."
// +kubebuilder:printcolumn:name="Synced",type=string,JSONPath=`.status.conditions[?(@.type=="Synced")].status`,description="Whether name, introduction, notification and face URL are all known."
// +kubebuilder:printcolumn:name="Changed",type=date,JSONPath=`.status.lastChange.eventTime`,description="How long ago the latest change happened."
// +kubebuilder:printcolumn:name="App",type=string,priority=1,JSONPath=`.spec.appRef.name`,description="The IMApp of the group."
// +kubebuilder:printcolumn:name="Owner",type=string,priority=1,JSONPath=`.status.owner`,description="The UserID of the group's owner."
// +kubebuilder:printcolumn:name="Group Name",type=string,JSONPath=`.status.name`,description="The name of the group."
// +kubebuilder:printcolumn:name="Notification",type=string,priority=1,JSONPath=`.status.notification`,description="The notification of the group."
// +kubebuilder:printcolumn:name="Face URL",type=string,priority=1,JSONPath=`.status.faceURL`,description="The URL of the group's picture."
// +kubebuilder:selectablefield:JSONPath=`.spec.groupID`
// +kubebuilder:selectablefield:JSONPath=`.spec.appRef.name`
// +kubebuilder:selectablefield:JSONPath=`.status.type`
type IMGroup struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object's metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec says which group this is. Required.
	// +required
	Spec IMGroupSpec `json:"spec,omitzero"`

	// status is what is known of the group. Written by the operator only; until it has seen the object only
	// observedGeneration is there, and is -1.
	// +optional
	// +default={}
	Status IMGroupStatus `json:"status,omitzero"`
}

// IMGroupSpec says which group this is. All of it is immutable.
type IMGroupSpec struct {
	// appRef names the IMApp that the group belongs to. Required and immutable.
	// +required
	AppRef AppReference `json:"appRef,omitzero"`

	// groupID is the ID of the group, exactly as Tencent sends it, such as @TGS#2J4SZEAEL; upper and lower case differ. 1
	// to 128 bytes. Required and immutable.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="bytes(self).size() <= 128",message="groupID must have at most 128 bytes"
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="groupID is immutable"
	GroupID string `json:"groupID,omitempty"`
}

// AppReference names an IMApp in the namespace of the object that refers to it.
type AppReference struct {
	// name is the name of the IMApp: 1 to 63 characters, lower-case letters, digits, '-' and '.'. It need not exist yet.
	// Required and immutable.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",message="must be the name of an IMApp: lower-case letters, digits, '-' and '.'"
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="appRef is immutable"
	Name string `json:"name,omitempty"`
}

// Source is how something was learned.
//
// +kubebuilder:validation:Enum=Callback;REST
type Source string

// The sources.
const (
	// SourceCallback is a callback that Tencent sent.
	SourceCallback Source = "Callback"
	// SourceREST is an answer of Tencent's REST API.
	SourceREST Source = "REST"
)

// IMGroupStatus is what is known of a group.
type IMGroupStatus struct {
	// conditions are the latest observations, one of each type: Ready (the operator tracks this group), Synced (all four texts
	// are known) and, once the group was disbanded, Destroyed. At most 16. Absent until the operator has seen the object.
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

	// sdkAppID is the SDKAppID of the application that the status describes. If it is not the IMApp's, the whole status
	// counts as empty. At least 1. Absent means that nothing is known yet.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=9007199254740991
	SDKAppID int64 `json:"sdkAppID,omitempty"`

	// type is the type of the group as Tencent last sent it, such as Public, Work, Meeting, AVChatRoom or Community, or
	// an old name: Private (Work) or ChatRoom (Meeting). Any text of at most 256 characters. Absent means not known yet.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Type *string `json:"type,omitempty"`

	// owner is the UserID of the group's owner. At most 256 characters. Absent means not known yet, empty that the group
	// is known to have no owner.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Owner *string `json:"owner,omitempty"`

	// name is the name of the group, as chat users see it. At most 1024 characters; longer text is cut. Absent means not
	// known yet, "" known to be empty.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Name *string `json:"name,omitempty"`

	// introduction is the introduction of the group. At most 4096 characters; longer text is cut. Absent means not known
	// yet, "" known to be empty.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Introduction *string `json:"introduction,omitempty"`

	// notification is the notification (announcement) of the group. At most 8192 characters; longer text is cut. Absent
	// means not known yet, "" known to be empty.
	// +optional
	// +kubebuilder:validation:MaxLength=8192
	Notification *string `json:"notification,omitempty"`

	// faceURL is the URL of the group's picture, as somebody set it: it need not be a URL. At most 4096 characters; longer
	// text is cut. Absent means not known yet, "" known to be empty.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	FaceURL *string `json:"faceURL,omitempty"`

	// customFields are the known custom fields of the group: their values by key. At most 64, with keys of at most 256 and
	// values of at most 4096 characters; longer text is cut. "" is known to be empty. Absent means that none is known.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	// +kubebuilder:validation:XValidation:rule="self.all(key, size(key) <= 256 && size(self[key]) <= 4096)",message="keys must have at most 256 characters, values at most 4096"
	CustomFields map[string]string `json:"customFields,omitempty"`

	// fieldTimes are how new the value of each known field is: name, introduction, notification, faceURL, type, owner and
	// custom/<key>; with the clocks alive (the latest sign of life), destroyed (the latest end) and epoch (the latest
	// beginning). The value with the greater time wins, whatever order changes arrive in. At most 80, with names of 1 to 300
	// characters. Absent means that nothing is known.
	// +optional
	// +kubebuilder:validation:MaxProperties=80
	// +kubebuilder:validation:XValidation:rule="self.all(key, 1 <= size(key) && size(key) <= 300)",message="names must have 1 to 300 characters"
	FieldTimes map[string]EventTime `json:"fieldTimes,omitempty"` //nolint:kubeapilinter // a map of scalars: a list of objects costs far more

	// lastChange is the latest change that was merged: what happened, when, and by whom. Absent means none yet.
	// +optional
	LastChange *LastChange `json:"lastChange,omitempty"`

	// destroyedTime is when the group was disbanded, or when a resync found that it was, in UTC with microseconds. Absent
	// means that it is not known to be: a group that is recreated with the same ID loses it.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=27
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$`
	DestroyedTime *metav1.MicroTime `json:"destroyedTime,omitempty"`
}

// EventTime is when a value was set, by Tencent's clock, in UTC with microseconds. Of what a resync found it is when the
// request that saw it began, in whole seconds; a resync that only confirms a value does not move it.
//
// +kubebuilder:validation:Type=string
// +kubebuilder:validation:Format=date-time
// +kubebuilder:validation:MaxLength=27
// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$`
type EventTime struct {
	metav1.MicroTime `json:",inline"`
}

// LastChange is the latest change that was merged.
type LastChange struct {
	// eventTime is when the change happened, by Tencent's clock, in UTC with microseconds; for source REST, by when it had
	// happened. Required.
	// +required
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=27
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$`
	EventTime metav1.MicroTime `json:"eventTime,omitzero"`

	// command is the callback command, such as Group.CallbackAfterGroupInfoChanged. 1 to 128 characters. Absent means that
	// no callback reported the change.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Command string `json:"command,omitempty"`

	// operator is the UserID of who made the change. 1 to 256 characters. Absent means not reported.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Operator string `json:"operator,omitempty"`

	// platform is where the change was made, such as iOS, Android, Web or RESTAPI (a server). 1 to 64 characters. Absent
	// means not reported.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Platform string `json:"platform,omitempty"`

	// fields are the fields that the change set, or that a resync found to differ, sorted, named as in fieldTimes; type,
	// which every callback repeats, is not among them. At most 80, each of 1 to 300 characters. Absent means that the
	// change set none of them.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=80
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=300
	Fields []string `json:"fields,omitempty"`

	// source is Callback, or REST for what a resync learned. Required.
	// +required
	Source Source `json:"source,omitempty"`
}

// IMGroupList is a list of IMGroups.
//
// +kubebuilder:object:root=true
type IMGroupList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []IMGroup `json:"items"`
}
