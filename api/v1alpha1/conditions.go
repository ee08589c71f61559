// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// Condition types that both IMApp and IMGroup have.
const (
	// ConditionReady of an IMApp reports whether its callbacks can be received and verified.
	// True: Ready, Suspended (suspended on purpose is a healthy state).
	// False: SecretNotFound, TokenMissing, SecretUnreadable (with Reconciling), InvalidSpec (with Stalled).
	//
	// ConditionReady of an IMGroup reports whether the operator tracks the group.
	// True: Tracking.
	// False: InvalidGroupID, NameConflict, AppNotFound; Unreadable, which is not stored.
	ConditionReady = "Ready"
)

// Condition types of an IMApp.
const (
	// ConditionReconciling says that the IMApp is not ready and may become so without a change of its spec.
	// True: SecretNotFound, TokenMissing, SecretUnreadable.
	// False: never; the condition is absent.
	ConditionReconciling = "Reconciling"

	// ConditionStalled says that the IMApp cannot become ready until its spec is changed.
	// True: InvalidSpec.
	// False: never; the condition is absent.
	ConditionStalled = "Stalled"

	// ConditionCallbackAuthenticated reports whether callbacks prove where they come from.
	// True: Signed.
	// False: Unsigned (spec.callback.allowUnsigned is true).
	// Unknown: SecretNotFound, TokenMissing, SecretUnreadable.
	ConditionCallbackAuthenticated = "CallbackAuthenticated"

	// ConditionResynced says how the latest full resync ended, or what has prevented fetching since. Only an
	// IMApp with spec.rest has it, from its first resync or fault on.
	// True: ResyncCompleted.
	// False: ResyncFailed, HostNotAllowed, SecretNotFound, SecretKeyMissing, SecretUnreadable, RequestRefused.
	// Unknown: AwaitingFirstResync, ResyncRunning (the first one).
	ConditionResynced = "Resynced"

	// ConditionNameConflict says that a group could not be stored, because the object that would be created for it
	// already exists with another group ID.
	// True: NameTaken.
	// False: never; the condition is absent.
	ConditionNameConflict = "NameConflict"
)

// Condition types of an IMGroup.
const (
	// ConditionSynced reports whether name, introduction, notification and face URL are all known.
	// True: AllFieldsKnown.
	// False: Partial.
	// Unknown: AwaitingFirstCallback.
	ConditionSynced = "Synced"

	// ConditionDestroyed reports whether a group that was disbanded still is. A group that never was has no such condition.
	// True: Disbanded.
	// False: Exists (it was created again).
	ConditionDestroyed = "Destroyed"
)

// Reasons of an IMApp's conditions.
const (
	// ReasonReady: callbacks are received.
	ReasonReady = "Ready"
	// ReasonSuspended: spec.suspend is true; callbacks are answered with 404 and nothing is written.
	ReasonSuspended = "Suspended"
	// ReasonSecretNotFound: the referenced Secret does not exist.
	ReasonSecretNotFound = "SecretNotFound"
	// ReasonTokenMissing: the Secret of spec.callback.tokenSecretRef has no value under the key token.
	ReasonTokenMissing = "TokenMissing"
	// ReasonSecretUnreadable: the referenced Secret cannot be read for another reason, such as missing rights.
	ReasonSecretUnreadable = "SecretUnreadable"
	// ReasonInvalidSpec: the spec has a fault that only changing it can fix.
	ReasonInvalidSpec = "InvalidSpec"

	// ReasonSigned: every accepted callback carries a valid signature.
	ReasonSigned = "Signed"
	// ReasonUnsigned: callbacks without a signature are accepted.
	ReasonUnsigned = "Unsigned"

	// ReasonResyncCompleted: the latest resync saw every group.
	ReasonResyncCompleted = "ResyncCompleted"
	// ReasonResyncRunning: the first resync is running.
	ReasonResyncRunning = "ResyncRunning"
	// ReasonResyncFailed: the latest resync ended early, or Tencent left out some groups; it will be retried.
	ReasonResyncFailed = "ResyncFailed"
	// ReasonAwaitingFirstResync: no resync has started yet, and none is due.
	ReasonAwaitingFirstResync = "AwaitingFirstResync"
	// ReasonHostNotAllowed: the host of spec.rest.baseURL is not among the operator's --rest-allowed-hosts.
	ReasonHostNotAllowed = "HostNotAllowed"
	// ReasonSecretKeyMissing: the Secret of spec.rest.secretKeySecretRef has no value under the key secretKey.
	ReasonSecretKeyMissing = "SecretKeyMissing"
	// ReasonRequestRefused: Tencent refused the request; the app's ID, administrator or key needs attention.
	ReasonRequestRefused = "RequestRefused"

	// ReasonNameTaken: an IMGroup with the name exists with another group ID.
	ReasonNameTaken = "NameTaken"
)

// Reasons of an IMGroup's conditions.
const (
	// ReasonTracking: the operator writes what it learns of the group to this object.
	ReasonTracking = "Tracking"
	// ReasonInvalidGroupID: Tencent's REST API says that no group can have this ID, or that the group was deleted.
	ReasonInvalidGroupID = "InvalidGroupID"
	// ReasonNameConflict: the object has the name that belongs to another group.
	ReasonNameConflict = "NameConflict"
	// ReasonAppNotFound: the IMApp of spec.appRef does not exist.
	ReasonAppNotFound = "AppNotFound"
	// ReasonUnreadable: what is stored has not the shape of an IMGroup. The Go types say so when they read one; it is never stored.
	ReasonUnreadable = "Unreadable"

	// ReasonAllFieldsKnown: name, introduction, notification and face URL are known.
	ReasonAllFieldsKnown = "AllFieldsKnown"
	// ReasonPartial: something is known, but not yet all four texts.
	ReasonPartial = "Partial"
	// ReasonAwaitingFirstCallback: nothing is known of the group yet.
	ReasonAwaitingFirstCallback = "AwaitingFirstCallback"

	// ReasonDisbanded: the latest that is known of the group is that it was disbanded.
	ReasonDisbanded = "Disbanded"
	// ReasonExists: the group was disbanded and exists again.
	ReasonExists = "Exists"
)
