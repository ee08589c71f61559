// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupcache

import (
	"time"

	"github.com/fxamacker/cbor/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// common is what the IMGroups of an IMApp usually have alike.
type common struct {
	_      struct{} `cbor:",toarray"`
	App    string
	Labels map[string]string
	Owners []owner
}

type owner struct {
	_                              struct{} `cbor:",toarray"`
	APIVersion, Kind, Name         string
	UID                            types.UID
	Controller, BlockOwnerDeletion *bool
}

// own is what each IMGroup has for itself. Times are in microseconds.
type own struct {
	_                                   struct{} `cbor:",toarray"`
	UID                                 types.UID
	Generation, ObservedGeneration      int64
	Created                             int64
	Deleted                             *int64
	Annotations                         map[string]string
	GroupID                             string
	SDKAppID                            int64
	Type, Owner, Name                   *string
	Introduction, Notification, FaceURL []byte // digests are not UTF-8
	CustomFields                        map[string]string
	Times                               map[string]int64
	Change                              *change
	Destroyed                           *int64
	Conditions                          []condition
}

type change struct {
	_                           struct{} `cbor:",toarray"`
	Time                        int64
	Command, Operator, Platform string
	Fields                      []string
	Source                      imv1alpha1.Source
}

type condition struct {
	_                     struct{} `cbor:",toarray"`
	Type, Reason, Message string
	Status                metav1.ConditionStatus
	ObservedGeneration    int64
	Since                 int64
}

func partsOf(g *imv1alpha1.IMGroup) (c common, o own) {
	s := &g.Status
	c = common{App: g.Spec.AppRef.Name, Labels: g.Labels}
	for _, r := range g.OwnerReferences {
		c.Owners = append(c.Owners, owner{APIVersion: r.APIVersion, Kind: r.Kind, Name: r.Name, UID: r.UID, Controller: r.Controller, BlockOwnerDeletion: r.BlockOwnerDeletion})
	}
	o = own{UID: g.UID, Generation: g.Generation, ObservedGeneration: s.ObservedGeneration, Created: g.CreationTimestamp.UnixMicro(), Annotations: g.Annotations,
		GroupID: g.Spec.GroupID, SDKAppID: s.SDKAppID, Type: s.Type, Owner: s.Owner, Name: s.Name,
		Introduction: bytesOf(s.Introduction), Notification: bytesOf(s.Notification), FaceURL: bytesOf(s.FaceURL), CustomFields: s.CustomFields}
	if g.DeletionTimestamp != nil {
		o.Deleted = new(g.DeletionTimestamp.UnixMicro())
	}
	if s.DestroyedTime != nil {
		o.Destroyed = new(s.DestroyedTime.UnixMicro())
	}
	if s.FieldTimes != nil {
		o.Times = make(map[string]int64, len(s.FieldTimes))
		for field, t := range s.FieldTimes {
			o.Times[field] = t.UnixMicro()
		}
	}
	if l := s.LastChange; l != nil {
		o.Change = &change{Time: l.EventTime.UnixMicro(), Command: l.Command, Operator: l.Operator, Platform: l.Platform, Fields: l.Fields, Source: l.Source}
	}
	for _, n := range s.Conditions {
		o.Conditions = append(o.Conditions, condition{Type: n.Type, Reason: n.Reason, Message: n.Message, Status: n.Status,
			ObservedGeneration: n.ObservedGeneration, Since: n.LastTransitionTime.UnixMicro()})
	}
	return c, o
}

func groupOf(c common, o own) *imv1alpha1.IMGroup {
	g := &imv1alpha1.IMGroup{
		TypeMeta: metav1.TypeMeta{APIVersion: imv1alpha1.GroupVersion.String(), Kind: "IMGroup"},
		ObjectMeta: metav1.ObjectMeta{UID: o.UID, Generation: o.Generation, CreationTimestamp: metav1.Time{Time: timeOf(o.Created)},
			Labels: c.Labels, Annotations: o.Annotations},
		Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: c.App}, GroupID: o.GroupID},
		Status: imv1alpha1.IMGroupStatus{ObservedGeneration: o.ObservedGeneration, SDKAppID: o.SDKAppID, Type: o.Type, Owner: o.Owner, Name: o.Name,
			Introduction: textOf(o.Introduction), Notification: textOf(o.Notification), FaceURL: textOf(o.FaceURL), CustomFields: o.CustomFields},
	}
	for _, r := range c.Owners {
		g.OwnerReferences = append(g.OwnerReferences, metav1.OwnerReference{APIVersion: r.APIVersion, Kind: r.Kind, Name: r.Name, UID: r.UID,
			Controller: r.Controller, BlockOwnerDeletion: r.BlockOwnerDeletion})
	}
	if o.Deleted != nil {
		g.DeletionTimestamp = &metav1.Time{Time: timeOf(*o.Deleted)}
	}
	s := &g.Status
	if o.Destroyed != nil {
		s.DestroyedTime = &metav1.MicroTime{Time: timeOf(*o.Destroyed)}
	}
	if o.Times != nil {
		s.FieldTimes = make(map[string]imv1alpha1.EventTime, len(o.Times))
		for field, t := range o.Times {
			s.FieldTimes[field] = imv1alpha1.EventTime{MicroTime: metav1.MicroTime{Time: timeOf(t)}}
		}
	}
	if l := o.Change; l != nil {
		s.LastChange = &imv1alpha1.LastChange{EventTime: metav1.MicroTime{Time: timeOf(l.Time)}, Command: l.Command, Operator: l.Operator, Platform: l.Platform, Fields: l.Fields, Source: l.Source}
	}
	for _, n := range o.Conditions {
		s.Conditions = append(s.Conditions, metav1.Condition{Type: n.Type, Reason: n.Reason, Message: n.Message, Status: n.Status,
			ObservedGeneration: n.ObservedGeneration, LastTransitionTime: metav1.Time{Time: timeOf(n.Since)}})
	}
	return g
}

func timeOf(microseconds int64) time.Time { return time.UnixMicro(microseconds) }

func bytesOf(text *string) []byte {
	if text == nil {
		return nil
	}
	return append([]byte{}, *text...)
}

func textOf(b []byte) *string {
	if b == nil {
		return nil
	}
	return new(string(b))
}

// sorted makes the same bytes of the same value, which is what lets all IMGroups of an app share them.
var sorted = func() cbor.EncMode {
	mode, err := cbor.EncOptions{Sort: cbor.SortBytewiseLexical}.EncMode()
	if err != nil {
		panic(err) // a fault of the options: no input can cause it
	}
	return mode
}()

func encode(v any) (string, error) {
	b, err := sorted.Marshal(v)
	return string(b), err
}

func decode(s string, v any) error { return cbor.Unmarshal([]byte(s), v) }
