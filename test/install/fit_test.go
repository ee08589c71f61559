// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/imgroup-operator/imgroup-operator/internal/options"
)

// What names what is seen by no API server: it accepts a Service that finds no Pod.
func TestThePartsOfEveryBundleFindEachOther(t *testing.T) {
	for name, b := range bundles(t) {
		t.Run(name, func(t *testing.T) {
			checkParts(t, b)
		})
	}
}

func checkParts(t *testing.T, b bundle) {
	t.Helper()
	set := one[appsv1.StatefulSet](t, b, "StatefulSet")
	checkPod(t, set)
	checkFlags(t, set)
	checkServices(t, b, set)
	checkSelectors(t, b, set)
	checkPolicy(t, b)
	checkWaysIn(t, b)
	checkMonitor(t, b)
	checkBindings(t, b)
}

// checkPod holds the times and the volumes of the Pod against what the operator needs.
func checkPod(t *testing.T, set appsv1.StatefulSet) {
	t.Helper()
	pod := set.Spec.Template.Spec
	const finishing, draining, ending = 8 * time.Second, 20 * time.Second, 10 * time.Second
	sleep := time.Duration(pod.Containers[0].Lifecycle.PreStop.Sleep.Seconds) * time.Second
	if grace := time.Duration(*pod.TerminationGracePeriodSeconds) * time.Second; grace < sleep+finishing+draining+ending {
		t.Errorf("%s are too short for a stop", grace)
	}
	volumes := map[string]bool{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
	}
	for _, c := range set.Spec.VolumeClaimTemplates {
		volumes[c.Name] = true
	}
	for _, m := range pod.Containers[0].VolumeMounts {
		if !volumes[m.Name] {
			t.Errorf("no volume %s", m.Name)
		}
		delete(volumes, m.Name)
	}
	if len(volumes) > 0 {
		t.Errorf("volumes that are not mounted: %v", slices.Collect(maps.Keys(volumes)))
	}
}

// checkFlags parses the flags as the operator does.
func checkFlags(t *testing.T, set appsv1.StatefulSet) {
	t.Helper()
	manager := set.Spec.Template.Spec.Containers[0]
	mounts := map[string]bool{}
	for _, m := range manager.VolumeMounts {
		mounts[m.MountPath] = true
	}
	var args []string
	for _, arg := range manager.Args {
		if dir, is := strings.CutPrefix(arg, "--callback-tls-cert-dir="); !is {
			args = append(args, arg)
		} else if !mounts[dir] { // there are no files in it here
			t.Errorf("%s is no mounted volume", dir)
		}
	}
	o, err := options.Parse(args, func(string) (string, bool) { return "", false }, nil)
	must(t, err)
	parent := o.JournalDir[:strings.LastIndexByte(o.JournalDir, '/')]
	if !mounts[parent] || !o.MetricsSecure || o.LeaderElect != (*set.Spec.Replicas > 1) {
		t.Errorf("flags that do not fit: %v with %d replicas and volumes at %v", manager.Args, *set.Spec.Replicas, mounts)
	}
	ports := portsOf(set)
	must(t, differs(map[string]string{"callbacks": o.CallbackBindAddress, "metrics": o.MetricsBindAddress, "probes": o.HealthProbeBindAddress}, ports))
	for _, probe := range []*corev1.Probe{manager.StartupProbe, manager.LivenessProbe, manager.ReadinessProbe} {
		if probe == nil || ports[probe.HTTPGet.Port.String()] != o.HealthProbeBindAddress {
			t.Errorf("a probe asks elsewhere: %+v", probe)
		}
	}
}

// portsOf gives the addresses of a container's ports by their names.
func portsOf(set appsv1.StatefulSet) map[string]string {
	ports := map[string]string{}
	for _, p := range set.Spec.Template.Spec.Containers[0].Ports {
		ports[p.Name] = ":" + itoa(p.ContainerPort)
	}
	return ports
}

func checkServices(t *testing.T, b bundle, set appsv1.StatefulSet) {
	t.Helper()
	governed := false
	for _, s := range all[corev1.Service](t, b, "Service") {
		if !selects(s.Spec.Selector, set.Spec.Template.Labels) {
			t.Errorf("the Service %s selects no Pod", s.Name)
		}
		governed = governed || s.Name == set.Spec.ServiceName && s.Spec.ClusterIP == corev1.ClusterIPNone
		for _, p := range s.Spec.Ports {
			if portsOf(set)[p.TargetPort.StrVal] == "" {
				t.Errorf("the Service %s leads to no port %s", s.Name, p.TargetPort.String())
			}
		}
	}
	if !governed {
		t.Errorf("%s is no headless Service", set.Spec.ServiceName)
	}
}
