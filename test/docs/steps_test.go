// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

// step is a code block for the shell, which a document has once, and what becomes of it here.
type step struct {
	page string
	has  string   // words of it that no other block of the page has; after ^ those at its beginning
	swap []string // old, new, ...: what is different on this machine
	want []string // parts of what it prints
	not  string   // why it is not run; empty: it is

	watches bool     // it goes on until the end
	shown   []string // parts of what the one that watches shows then
}

// Words that stand for something of this machine.
const (
	noPods = "there are no Pods: this control plane has no kubelet and no controllers"
)

// steps are in the order in which they are run: a newcomer's, which is that of the README, then an operator's.
var steps = []step{
	{page: "README.md", has: "make run", not: "the test has started it"},
	{page: "README.md", has: "watch -A", watches: true},
	{page: "README.md", has: "ui -A", not: "it opens a browser; test/ui looks at the page"},
	{page: "README.md", has: "8090/callbacks/default/demo", want: []string{`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`}, shown: []string{"Hello"}},
	{page: "README.md", has: "modify_group_base_info", want: []string{`"ActionStatus":"OK"`}, shown: []string{"東京 "}},
	{page: "README.md", has: "make test", not: "this is a part of it"},
	{page: "README.md", has: "kubectl apply -k 'https://", want: []string{"statefulset.apps/imgroup-operator created"}},
	{page: "README.md", has: "status.callbackPath", want: []string{"condition met", "/callbacks/default/chat", "http://127.0.0.1:"}},

	{page: "docs/install.md", has: "kubectl apply -k 'https://", swap: noRollout, want: []string{"statefulset.apps/imgroup-operator"}},
	{page: "docs/install.md", has: "releases/download", not: "TestTheInstallerIsTheDefault compares the file with what the URL above leads to"},
	{page: "docs/install.md", has: "cosign verify", not: "nothing is signed here"},
	{page: "docs/install.md", has: "make image", not: "hack/image builds and pushes"},
	{page: "docs/install.md", has: "images import", not: "this control plane has no node"},
	{page: "docs/install.md", has: "kubectl apply -k deploy", swap: noRollout, want: []string{"ingress.networking.k8s.io/imgroup-callbacks created"}},
	{page: "docs/install.md", has: "oc adm policy", not: "this is no OpenShift"},
	{page: "docs/install.md", has: "kubectl delete clusterrolebinding/", not: "test/install does, after what it is for"},
	{page: "docs/install.md", has: "kubectl auth can-i", want: []string{"yes"}}, // as config/default has it
	{page: "docs/security.md", has: "kubectl delete clusterrolebinding/", not: "test/install does"},
	{page: "docs/install.md", has: "create secret tls", want: []string{"created"}},
	{page: "docs/install.md", has: "create secret generic chat-callback-token", swap: cloudApp, want: []string{"condition met", "/callbacks/chat/chat"}},
	{page: "docs/install.md", has: "CallbackAfterSendMsg", swap: cloudApp, want: []string{`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`}},
	{page: "docs/install.md", has: "^kubectl -n chat get secret"},
	{page: "docs/install.md", has: "--from-file=secretKey=key.txt", swap: cloudApp, want: []string{"condition met"}},
	{page: "docs/install.md", has: "get imgroups -w", swap: noWatch, want: []string{"team-tokyo", "True"}},
	{page: "docs/install.md", has: "get pods", want: []string{"chat"}},

	{page: "docs/crds/imapp.md", has: "kubectl -n chat annotate", swap: noWatch, want: []string{"annotated", "startTime"}},
	{page: "docs/crds/imapp.md", has: "Callback refused", swap: podLess, want: []string{"Ready=True/Ready", `"wrong_app_id"`, "imgroup_callback_requests_total{"}},
	{page: "docs/crds/imgroup.md", has: "--for=condition=Synced --timeout=1m", swap: inChat, want: []string{"condition met"}},
	{page: "docs/crds/imgroup.md", has: "app.kubernetes.io/managed-by-", swap: inChat},
	{page: "docs/crds/imgroup.md", has: "apply --server-side", swap: inChat, want: []string{"serverside-applied"}},
	{page: "docs/crds/imgroup.md", has: "resync-requested-at", swap: inChat, want: []string{"annotated"}},
	{page: "docs/crds/imgroup.md", has: "--field-selector", swap: inChat, want: []string{"announcements", "condition met", "NOTIFICATION"}},
	{page: "docs/crds/imgroup.md", has: "kubectl events", swap: podLess, want: []string{"Ready=True/Tracking", `"notification":"2`, `"audit":"callback"`}},

	{page: "docs/operations.md", has: "metrics-reader", not: noPods},
	{page: "docs/operations.md", has: "port-forward imgroup-operator-0 6060", not: noPods},
	{page: "docs/operations.md", has: "RESYNCED", want: []string{"ResyncCompleted"}},
	{page: "docs/operations.md", has: "wait imapp chat", want: []string{"condition met"}},
	{page: "docs/operations.md", has: "--dry-run=client", want: []string{"secret/chat-secret-key"}},
	{page: "docs/operations.md", has: `"stringData`, want: []string{"patched"}},
	{page: "docs/operations.md", has: `"op":"remove"`, want: []string{"patched"}},
	{page: "docs/operations.md", has: "while read -r ns name", want: []string{"imapp.im.imgroup.dev/demo annotated"}},
	{page: "docs/operations.md", has: "logs -f imgroup-operator-1", not: noPods},
	{page: "docs/operations.md", has: "delete pvc journal-imgroup-operator-1", not: noPods},
	{page: "docs/operations.md", has: "--cascade=orphan", not: noPods},
	{page: "docs/operations.md", has: "exec look", not: noPods},
	{page: "docs/operations.md", has: ">imgroups.json"},
	{page: "docs/operations.md", has: "replace --subresource=status", want: []string{"b5d04eb60b99a416 created", "b5d04eb60b99a416 replaced"}},

	{page: "docs/upgrading.md", has: "kubectl apply -k deploy", swap: noRollout, want: []string{"unchanged"}},
	{page: "docs/upgrading.md", has: "rollout undo", not: noPods},
	{page: "docs/install.md", has: "for part in manager rbac", not: "test/install does"},
	{page: "docs/install.md", has: "delete -k deploy -l", want: []string{"imgroup-callbacks\" deleted"}},
	{page: "docs/install.md", has: "delete statefulset imgroup-operator-shop", not: noPods},
	{page: "docs/install.md", has: "^kubectl delete -k deploy --ignore", swap: []string{"-k deploy", "-k deploy --wait=false"}, want: []string{"imgroups.im.imgroup.dev\" deleted"}},
}

var (
	noWatch   = []string{" -w", ""}
	noRollout = []string{"kubectl -n imgroup-system rollout status statefulset/imgroup-operator", ""}
	// cloudApp makes the document's application the one that make run's fake Tencent has.
	cloudApp = []string{"1400000001", "1400000010", "https://console.tim.qq.com", "http://TENCENT"}
	inChat   = []string{"kubectl ", "kubectl -n chat ", "NAME", "announcements", " -w\n", "\n"}
	// podLess reads the log and the metrics where make run has them, and an IMGroup that is there.
	podLess = []string{"kubectl -n imgroup-system logs -l app.kubernetes.io/name=imgroup-operator --prefix --tail=-1", "cat .local/manager.log",
		"kubectl -n imgroup-system port-forward pod/imgroup-operator-0 8443 &", "", "https://127.0.0.1:8443", "http://METRICS", "$TOKEN", "",
		"NAME", "demo-tgs-2j4szeael-b5d04eb60b99a416"}
)
