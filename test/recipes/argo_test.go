// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	eventsv1alpha1 "github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
	eventsourcecommon "github.com/argoproj/argo-events/pkg/eventsources/common"
	"github.com/argoproj/argo-events/pkg/eventsources/sources/resource"
	"github.com/argoproj/argo-events/pkg/metrics"
	"github.com/argoproj/argo-events/pkg/reconciler/sensor"
	"github.com/argoproj/argo-events/pkg/sensors/dependencies"
	"github.com/argoproj/argo-events/pkg/sensors/triggers"
	"github.com/argoproj/argo-events/pkg/shared/logging"
	"go.uber.org/zap"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	clientfeatures "k8s.io/client-go/features"
	clientfeaturestesting "k8s.io/client-go/features/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// chain is the way of Argo Events from an IMGroup to a Job, made of its own parts: the source, the filter and the trigger.
// Instead of an event bus there is a call.
type chain struct {
	t      *testing.T
	source eventsv1alpha1.EventSource
	sensor eventsv1alpha1.Sensor
	as     client.Client // the Sensor's account

	mu    sync.Mutex
	heard int     // events of the source
	errs  []error // of the trigger
}

func newChain(t *testing.T) *chain {
	t.Helper()
	c := &chain{t: t}
	decode(t, "argo-events/event-source.yaml", &c.source)
	decode(t, "argo-events/sensor.yaml", &c.sensor)
	return c
}

func TestTheArgoResourcesAreValid(t *testing.T) {
	c := newChain(t)
	for name, r := range c.source.Spec.Resource {
		must(t, (&resource.EventListener{EventName: name, ResourceEventSource: r}).ValidateEventSource(t.Context()))
		for _, d := range c.sensor.Spec.Dependencies {
			if d.EventSourceName != c.source.Name || d.EventName != name {
				t.Errorf("the dependency %+v is on no event of %s", d, c.source.Name)
			}
		}
	}
	must(t, sensor.ValidateSensor(&c.sensor, readyBus()))
	for _, template := range []*eventsv1alpha1.Template{c.source.Spec.Template, c.sensor.Spec.Template} {
		if p, s := template.SecurityContext, template.Container.SecurityContext; !*p.RunAsNonRoot || *s.AllowPrivilegeEscalation {
			t.Errorf("the Pods are not restricted: %+v %+v", p, s)
		}
	}
}

func readyBus() *eventsv1alpha1.EventBus {
	b := &eventsv1alpha1.EventBus{Spec: eventsv1alpha1.EventBusSpec{JetStream: &eventsv1alpha1.JetStreamBus{Version: "latest"}}}
	b.Status.MarkDeployed("test", "")
	b.Status.MarkConfigured()
	b.Status.Config.JetStream = &eventsv1alpha1.JetStreamConfig{URL: "nats://eventbus-default-js-svc:4222"}
	return b
}

// The Deployment that Argo Events makes of the Sensor is accepted without a warning.
func TestThePodOfTheSensorIsRestricted(t *testing.T) {
	c := newChain(t)
	c.sensor.Namespace, c.sensor.UID = namespace, "5bd2850f-ff3e-4cb1-9c80-5c51ee463a25"
	labels := map[string]string{"sensor-name": c.sensor.Name}
	dry := client.NewDryRunClient(clientOf(t, world.env.Config))
	args := &sensor.AdaptorArgs{Image: "argo-events", Sensor: &c.sensor, Labels: labels}
	must(t, sensor.Reconcile(dry, readyBus(), args, zap.NewNop().Sugar()))
}

// listen starts the source with the rights of its account.
func (c *chain) listen() {
	c.t.Helper()
	kubectl(c.t, adminConfig(), "apply", "-k", folder+"argo-events")
	config, err := world.env.ServiceAccount(namespace, c.sensor.Spec.Template.ServiceAccountName)
	must(c.t, err)
	c.as = clientOf(c.t, config)
	c.t.Setenv(eventsv1alpha1.EnvVarKubeConfig, account(c.t, namespace, c.source.Spec.Template.ServiceAccountName))
	l := &resource.EventListener{EventSourceName: c.source.Name, EventName: "changed",
		ResourceEventSource: c.source.Spec.Resource["changed"], Metrics: metrics.NewMetrics(namespace)}
	// The source overwrites the options of its informer's requests in full. The client-go that Argo Events is built with
	// bears that; the one here would wait for what it has asked for no more.
	clientfeaturestesting.SetFeatureDuringTest(c.t, clientfeatures.WatchListClient, false)
	ctx := logging.WithLogger(c.t.Context(), zap.NewNop().Sugar())
	go func() { _ = l.StartListening(ctx, c.dispatch) }() // it never returns
}

// dispatch does what the Sensor does with an event.
func (c *chain) dispatch(body []byte, _ ...eventsourcecommon.Option) error {
	if c.t.Context().Err() != nil {
		return nil // the test is over
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard++
	if err := c.trigger(body); err != nil {
		c.errs = append(c.errs, err)
	}
	return nil
}

func (c *chain) trigger(body []byte) error {
	event := &eventsv1alpha1.Event{Data: body, Context: &eventsv1alpha1.EventContext{DataContentType: eventsv1alpha1.MediaTypeJSON}}
	d := c.sensor.Spec.Dependencies[0]
	if pass, err := dependencies.Filter(event, d.Filters, d.FiltersLogicalOperator); err != nil || !pass {
		return err
	}
	k8s := c.sensor.Spec.Triggers[0].Template.K8s
	var job unstructured.Unstructured
	if err := json.Unmarshal(k8s.Source.Resource.Value, &job.Object); err != nil {
		return err
	}
	if err := triggers.ApplyResourceParameters(map[string]*eventsv1alpha1.Event{d.Name: event}, k8s.Parameters, &job); err != nil {
		return err
	}
	again := job.DeepCopy()
	if err := c.as.Create(context.Background(), &job); err != nil {
		return err
	}
	if err := c.as.Create(context.Background(), again); !apierrors.IsAlreadyExists(err) { // an event bus may repeat
		return fmt.Errorf("a repeated event made %w", errors.Join(errors.New("a second Job"), err))
	}
	return nil
}

// texts are those that Jobs got.
func (c *chain) texts() map[string]int {
	c.t.Helper()
	var jobs batchv1.JobList
	must(c.t, world.admin.List(c.t.Context(), &jobs, client.InNamespace(namespace)))
	texts := map[string]int{}
	for _, j := range jobs.Items {
		texts[j.Spec.Template.Annotations["notification"]]++
	}
	return texts
}

// await waits until there is one Job for each of the texts, and no other.
func (c *chain) await(texts ...string) {
	c.t.Helper()
	want := map[string]int{}
	for _, one := range texts {
		want[one]++
	}
	eventually(c.t, "the Jobs", func() error {
		c.mu.Lock()
		defer c.mu.Unlock()
		return errors.Join(append(c.errs, differs(want, c.texts()))...)
	})
}

func TestArgoMakesAJobForEachNotification(t *testing.T) {
	c := newChain(t)
	change(t, "argo", 1000, fakeim.Body{"Notification": "before the source"})
	awaitNotification(t, "argo", "before the source")
	c.listen()
	at := int64(1000)
	eventually(t, "the source listens", func() error {
		at++
		change(t, "heard", at, fakeim.Body{"Name": fmt.Sprint(at)})
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.heard == 0 {
			return errors.New("no event yet")
		}
		return nil
	})
	change(t, "argo", 2000, fakeim.Body{"Notification": nasty})
	c.await(nasty)
	change(t, "argo", 3000, fakeim.Body{"Name": "not a notification"})
	change(t, "argo new", 1000, fakeim.Body{"Notification": "of a new group"})
	c.await(nasty, "of a new group")
	change(t, "argo", 4000, fakeim.Body{"Notification": ""})
	c.await(nasty, "of a new group", "")
}
