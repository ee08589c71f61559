// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// The texts of a usual group.
const (
	templateName         = "運用チーム ops on-call"
	templateIntroduction = "On-call coordination. Runbooks are in the wiki; escalate after ten minutes without an answer."
	templateFaceURL      = "https://cdn.example.com/face/1400000000/ops-team.png"
)

// learnTemplate has the operator make one IMGroup from callbacks with texts of a usual length.
func (b *bench) learnTemplate(ctx context.Context) error {
	c, namespace := b.cluster, b.name("template")
	if _, err := c.newApp(ctx, namespace); err != nil {
		return err
	}
	o, err := b.startOperator(ctx, namespace)
	if err != nil {
		return err
	}
	err = errors.Join(b.tellAll(ctx, o, namespace), o.drained(ctx))
	var group unstructured.Unstructured
	if err == nil {
		group, err = c.finished(ctx, client.ObjectKey{Namespace: namespace, Name: groupName(groupID(0))})
	}
	if err := errors.Join(err, o.stop()); err != nil {
		return err
	}
	unstructured.RemoveNestedField(group.Object, "metadata", "resourceVersion") // of etcd's own making
	c.template = group.Object
	return nil
}

// finished returns an IMGroup with which the operator is done: it clears managedFields last of all.
func (c *cluster) finished(ctx context.Context, name client.ObjectKey) (group unstructured.Unstructured, err error) {
	group.SetGroupVersionKind(imv1alpha1.GroupVersion.WithKind("IMGroup"))
	err = wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, 30*time.Second, true, func(ctx context.Context) (bool, error) {
		err := c.admin.Get(ctx, name, &group)
		return err == nil && len(group.GetManagedFields()) == 0, err
	})
	return group, err
}

// tellAll sends what makes a group complete.
func (b *bench) tellAll(ctx context.Context, o *operator, namespace string) error {
	sender := fakeim.Sender{URL: o.URL(namespace, appName), SDKAppID: sdkAppID, Token: token}
	for _, body := range []fakeim.Body{
		fakeim.Created(groupID(0), nextEventTime(), "leckie", "運用チーム ops"),
		fakeim.InfoChanged(groupID(0), nextEventTime(), fakeim.Body{"Name": templateName, "Introduction": templateIntroduction,
			"FaceUrl": templateFaceURL, "Notification": notice(anyEventTime)}),
	} {
		if reply, err := sender.Send(ctx, body); err != nil || !reply.OK() {
			return fmt.Errorf("the template's callback was answered %s: %w", reply.Raw, err)
		}
	}
	return nil
}

// seedBatch is how many objects go into one transaction of etcd, which takes at most 128.
const seedBatch = 100

// seed puts IMGroups into a namespace: copies of the template.
func (c *cluster) seed(ctx context.Context, app *imv1alpha1.IMApp, from, to int) error {
	return c.put(ctx, from, to, func(n int) object { return c.copyOf(app, n) })
}

// ingested waits until the API server's cache has as many IMGroups as were written behind its back.
func (c *cluster) ingested(ctx context.Context, namespace string, want int) error {
	have, last, list := 0, error(nil), metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(imv1alpha1.GroupVersion.WithKind("IMGroupList"))
	fromCache := &client.ListOptions{Namespace: namespace, Raw: &metav1.ListOptions{ResourceVersion: "0"}}
	err := wait.PollUntilContextTimeout(ctx, time.Second, listTimeout, true, func(ctx context.Context) (bool, error) {
		last = c.bare.List(ctx, &list, fromCache) // it refuses while its cache begins anew
		have = len(list.Items)
		return last == nil && have >= want, nil
	})
	if err != nil {
		return fmt.Errorf("the API server reads the seeds: %d of %d: %w (last: %w)", have, want, err, last)
	}
	return nil
}

// object is one to be written to etcd as the API server would.
type object struct {
	resource string // GROUP/PLURAL
	*unstructured.Unstructured
}

func (c *cluster) put(ctx context.Context, from, to int, nth func(n int) object) error {
	for ; from < to; from += seedBatch {
		puts := make([]map[string]any, 0, seedBatch)
		for n := from; n < min(from+seedBatch, to); n++ {
			o := nth(n)
			value, err := json.Marshal(o.Object)
			if err != nil {
				return err
			}
			key := "/registry/" + o.resource + "/" + o.GetNamespace() + "/" + o.GetName()
			puts = append(puts, map[string]any{"requestPut": map[string]string{"key": base64.StdEncoding.EncodeToString([]byte(key)),
				"value": base64.StdEncoding.EncodeToString(value)}})
		}
		if err := c.transact(ctx, map[string]any{"success": puts}); err != nil {
			return fmt.Errorf("seeding objects: %w", err)
		}
	}
	return nil
}

// copyOf is the nth group's object.
func (c *cluster) copyOf(app *imv1alpha1.IMApp, n int) object {
	o := copyAs(c.template, app.Namespace, groupName(groupID(n)), n)
	owners := o.GetOwnerReferences()
	for i := range owners {
		owners[i].UID = app.UID
	}
	o.SetOwnerReferences(owners)
	return object{"im.imgroup.dev/imgroups", o}
}

// copyAs is an object like another, but of the nth group.
func copyAs(template map[string]any, namespace, name string, n int) *unstructured.Unstructured {
	o := (&unstructured.Unstructured{Object: template}).DeepCopy()
	o.SetNamespace(namespace)
	o.SetName(name)
	o.SetUID(uuid.NewUUID())
	o.Object["spec"].(map[string]any)["groupID"] = groupID(n)
	return o
}

// transact uses etcd's JSON gateway, which needs no client.
func (c *cluster) transact(ctx context.Context, transaction any) error {
	text, err := json.Marshal(transaction)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.env.EtcdURL+"/v3/kv/txn", bytes.NewReader(text))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var result struct{ Succeeded bool }
	if err := json.NewDecoder(response.Body).Decode(&result); err != nil {
		return err
	}
	if !result.Succeeded {
		return fmt.Errorf("etcd answered %s", response.Status)
	}
	return nil
}

// seeded is a namespace of a row, with the application and its first groups.
func (b *bench) seeded(ctx context.Context, kind string, groups int) (*imv1alpha1.IMApp, error) {
	c, err := b.needCluster(ctx)
	if err != nil {
		return nil, err
	}
	app, err := c.newApp(ctx, b.name(kind))
	if err != nil {
		return nil, err
	}
	return app, c.seed(ctx, app, 0, groups)
}
