// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupcache

import (
	"maps"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// common is what many IMGroups of an IMApp have alike. It never changes.
type common struct {
	_          struct{} `cbor:",toarray"`
	App        string
	Labels     map[string]string
	Owners     []owner
	Fields     []string // the keys of fieldTimes
	Change     *change
	Conditions []condition
}

type owner struct {
	_                              struct{} `cbor:",toarray"`
	APIVersion, Kind, Name         string
	UID                            types.UID
	Controller, BlockOwnerDeletion *bool
}

type change struct {
	_                 struct{} `cbor:",toarray"`
	Command, Platform string
	Fields            []string
	Source            imv1alpha1.Source
}

type condition struct {
	_                     struct{} `cbor:",toarray"`
	Type, Reason, Message string
	Status                metav1.ConditionStatus
	ObservedGeneration    int64
}

// own is what each IMGroup has for itself. Times are in microseconds after its creation, which makes them short.
type own struct {
	_                                   struct{} `cbor:",toarray"`
	UID                                 types.UID
	Generation, ObservedGeneration      int64
	Created                             int64 // in seconds
	Deleted, Destroyed, Changed         *int64
	Annotations                         map[string]string
	GroupID                             string
	SDKAppID                            int64
	Operator                            string // of the change
	Type, Owner, Name                   *string
	Introduction, Notification, FaceURL []byte // digests are not UTF-8
	CustomFields                        map[string]string
	Times                               []int64 // of common.Fields
	Since                               []int64 // of common.Conditions
}

func partsOf(g *imv1alpha1.IMGroup) (c common, o own) {
	s := &g.Status
	c = common{App: g.Spec.AppRef.Name, Labels: g.Labels}
	o = own{UID: g.UID, Generation: g.Generation, ObservedGeneration: s.ObservedGeneration, Created: g.CreationTimestamp.Unix(), Annotations: g.Annotations,
		GroupID: g.Spec.GroupID, SDKAppID: s.SDKAppID, Type: s.Type, Owner: s.Owner, Name: s.Name,
		Introduction: bytesOf(s.Introduction), Notification: bytesOf(s.Notification), FaceURL: bytesOf(s.FaceURL), CustomFields: s.CustomFields}
	since := func(t time.Time) int64 { return t.UnixMicro() - g.CreationTimestamp.UnixMicro() }
	for _, r := range g.OwnerReferences {
		c.Owners = append(c.Owners, owner{APIVersion: r.APIVersion, Kind: r.Kind, Name: r.Name, UID: r.UID, Controller: r.Controller, BlockOwnerDeletion: r.BlockOwnerDeletion})
	}
	if g.DeletionTimestamp != nil {
		o.Deleted = new(since(g.DeletionTimestamp.Time))
	}
	if s.DestroyedTime != nil {
		o.Destroyed = new(since(s.DestroyedTime.Time))
	}
	if l := s.LastChange; l != nil {
		c.Change = &change{Command: l.Command, Platform: l.Platform, Fields: l.Fields, Source: l.Source}
		o.Operator, o.Changed = l.Operator, new(since(l.EventTime.Time))
	}
	if s.FieldTimes != nil {
		c.Fields = slices.AppendSeq(make([]string, 0, len(s.FieldTimes)), maps.Keys(s.FieldTimes)) // none is not the same as empty
		slices.Sort(c.Fields)
	}
	for _, field := range c.Fields {
		o.Times = append(o.Times, since(s.FieldTimes[field].Time))
	}
	for _, n := range s.Conditions {
		c.Conditions = append(c.Conditions, condition{Type: n.Type, Reason: n.Reason, Message: n.Message, Status: n.Status, ObservedGeneration: n.ObservedGeneration})
		o.Since = append(o.Since, since(n.LastTransitionTime.Time))
	}
	return c, o
}

func groupOf(c *common, o own) *imv1alpha1.IMGroup {
	created := time.Unix(o.Created, 0)
	at := func(since int64) time.Time { return time.UnixMicro(created.UnixMicro() + since) }
	g := &imv1alpha1.IMGroup{
		TypeMeta: metav1.TypeMeta{APIVersion: imv1alpha1.GroupVersion.String(), Kind: "IMGroup"},
		ObjectMeta: metav1.ObjectMeta{UID: o.UID, Generation: o.Generation, CreationTimestamp: metav1.Time{Time: created},
			Labels: maps.Clone(c.Labels), Annotations: o.Annotations},
		Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: c.App}, GroupID: o.GroupID},
		Status: imv1alpha1.IMGroupStatus{ObservedGeneration: o.ObservedGeneration, SDKAppID: o.SDKAppID, Type: o.Type, Owner: o.Owner, Name: o.Name,
			Introduction: textOf(o.Introduction), Notification: textOf(o.Notification), FaceURL: textOf(o.FaceURL), CustomFields: o.CustomFields},
	}
	for _, r := range c.Owners {
		g.OwnerReferences = append(g.OwnerReferences, metav1.OwnerReference{APIVersion: r.APIVersion, Kind: r.Kind, Name: r.Name, UID: r.UID,
			Controller: r.Controller, BlockOwnerDeletion: r.BlockOwnerDeletion})
	}
	if o.Deleted != nil {
		g.DeletionTimestamp = &metav1.Time{Time: at(*o.Deleted)}
	}
	s := &g.Status
	if o.Destroyed != nil {
		s.DestroyedTime = &metav1.MicroTime{Time: at(*o.Destroyed)}
	}
	if l := c.Change; l != nil {
		s.LastChange = &imv1alpha1.LastChange{EventTime: metav1.MicroTime{Time: at(*o.Changed)}, Command: l.Command, Operator: o.Operator, Platform: l.Platform,
			Fields: slices.Clone(l.Fields), Source: l.Source}
	}
	if c.Fields != nil {
		s.FieldTimes = make(map[string]imv1alpha1.EventTime, len(c.Fields))
	}
	for i, field := range c.Fields {
		s.FieldTimes[field] = imv1alpha1.EventTime{MicroTime: metav1.MicroTime{Time: at(o.Times[i])}}
	}
	for i, n := range c.Conditions {
		s.Conditions = append(s.Conditions, metav1.Condition{Type: n.Type, Reason: n.Reason, Message: n.Message, Status: n.Status,
			ObservedGeneration: n.ObservedGeneration, LastTransitionTime: metav1.Time{Time: at(o.Since[i])}})
	}
	return g
}

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
