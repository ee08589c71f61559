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

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/uuid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
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
	if err := errors.Join(err, o.stop()); err != nil {
		return err
	}
	var group unstructured.Unstructured
	group.SetGroupVersionKind(imv1alpha1.GroupVersion.WithKind("IMGroup"))
	if err := c.admin.Get(ctx, client.ObjectKey{Namespace: namespace, Name: groupName(groupID(0))}, &group); err != nil {
		return err
	}
	unstructured.RemoveNestedField(group.Object, "metadata", "resourceVersion") // of etcd's own making
	c.template = group.Object
	return nil
}

// tellAll sends what makes a group complete.
func (b *bench) tellAll(ctx context.Context, o *operator, namespace string) error {
	sender := fakeim.Sender{URL: o.URL(namespace, appName), SDKAppID: sdkAppID, Token: token}
	for _, body := range []fakeim.Body{
		fakeim.Created(groupID(0), nextEventTime(), "leckie", "運用チーム ops"),
		fakeim.InfoChanged(groupID(0), nextEventTime(), fakeim.Body{"Name": "運用チーム ops on-call",
			"Introduction": "On-call coordination. Runbooks are in the wiki; escalate after ten minutes without an answer.",
			"FaceUrl":      "https://cdn.example.com/face/1400000000/ops-team.png", "Notification": notice(anyEventTime)}),
	} {
		if reply, err := sender.Send(ctx, body); err != nil || !reply.OK() {
			return fmt.Errorf("the template's callback was answered %s: %w", reply.Raw, err)
		}
	}
	return nil
}

// seedBatch is how many objects go into one transaction of etcd, which takes at most 128.
const seedBatch = 100

// seed puts IMGroups into a namespace: copies of the template, written to etcd as the API server would.
func (c *cluster) seed(ctx context.Context, app *imv1alpha1.IMApp, from, to int) error {
	for ; from < to; from += seedBatch {
		puts := make([]map[string]any, 0, seedBatch)
		for n := from; n < min(from+seedBatch, to); n++ {
			key, value, err := c.copyOf(app, n)
			if err != nil {
				return err
			}
			puts = append(puts, map[string]any{"requestPut": map[string]string{"key": base64.StdEncoding.EncodeToString([]byte(key)),
				"value": base64.StdEncoding.EncodeToString(value)}})
		}
		if err := c.transact(ctx, map[string]any{"success": puts}); err != nil {
			return fmt.Errorf("seeding IMGroups: %w", err)
		}
	}
	return nil
}

// copyOf is the nth group's object with its key in etcd.
func (c *cluster) copyOf(app *imv1alpha1.IMApp, n int) (key string, value []byte, err error) {
	o := (&unstructured.Unstructured{Object: c.template}).DeepCopy()
	id := groupID(n)
	o.SetNamespace(app.Namespace)
	o.SetName(groupName(id))
	o.SetUID(uuid.NewUUID())
	owners := o.GetOwnerReferences()
	for i := range owners {
		owners[i].UID = app.UID
	}
	o.SetOwnerReferences(owners)
	if err := unstructured.SetNestedField(o.Object, id, "spec", "groupID"); err != nil {
		return "", nil, err
	}
	value, err = json.Marshal(o.Object)
	return "/registry/im.imgroup.dev/imgroups/" + app.Namespace + "/" + o.GetName(), value, err
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
