// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"crypto/sha256"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// cloudKey is the secret key of the fake Tencent Cloud Chat.
const cloudKey = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"

// restYAML lets an IMApp fetch from a fake Tencent on demand, whose key is in the Secret rest.
func restYAML(t *testing.T, namespace, url string) string {
	t.Helper()
	newSecret(t, namespace, "rest", map[string]string{"secretKey": cloudKey})
	return fmt.Sprintf("  rest: {baseURL: '%s', adminUserID: administrator, secretKeySecretRef: {name: rest}, resyncIntervalSeconds: 0}\n", url)
}

func newCloud(t *testing.T) (cloud *fakeim.Cloud, url string) {
	t.Helper()
	cloud = fakeim.NewCloud(fakeim.Config{SDKAppID: sdkAppID, Key: cloudKey})
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	return cloud, server.URL
}

func TestToolsSeeAnIMGroupThatTencentDoesNotKnow(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	cloud, url := newCloud(t)
	cloud.Inject(fakeim.Fault{Command: "get_group_info", Body: []byte(
		`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"GroupInfo":[{"GroupId":"typo","ErrorCode":10015,"ErrorInfo":"invalid"}]}`)})
	o := startOperator(t, ns, "--rest-allowed-hosts="+url)
	newApp(t, ns, "chat", restYAML(t, ns, url))
	w := watchOne(t, ns, "IMGroup", "chat")
	apply(t, ns, groupYAML("chat", "chat", "typo"))
	w.await(groupInvalid)
	o.send("chat", everyText("typo", 1000, "it is there"))
	w.await(groupTracked)
	w.saw(groupNew, groupTracked, groupInvalid, groupTracked)
}

// notInNames is every run of characters that a name has not.
var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// nameOf is the name that the operator gives to a group with a short ID.
func nameOf(app, groupID string) string {
	slug := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(groupID), "-"), "-")
	return fmt.Sprintf("%s-%s-%.8x", app, slug, sha256.Sum256([]byte(groupID)))
}
