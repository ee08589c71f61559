// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"strings"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// wayTroubleTime is how long callbacks come while there is trouble.
const wayTroubleTime = 6 * time.Second

// wayTroubles are done to a proxy in front of the API server. What they return makes it right again.
var wayTroubles = map[string]func(*testing.T, *toxiproxy.Proxy) (heal func()){
	"every request takes 500 ms longer, for good": func(t *testing.T, p *toxiproxy.Proxy) func() {
		poison(t, p, `{"type": "latency", "attributes": {"latency": 500}}`)
		return func() {}
	},
	"every connection is reset once it carries something": func(t *testing.T, p *toxiproxy.Proxy) func() {
		poison(t, p, `{"type": "reset_peer"}`)
		return func() { p.Toxics.ResetToxics(t.Context()) }
	},
	"connections end and new ones are refused": func(t *testing.T, p *toxiproxy.Proxy) func() {
		p.Stop()
		return func() { must(t, p.Start()) }
	},
	"answers never come": func(t *testing.T, p *toxiproxy.Proxy) func() {
		poison(t, p, `{"type": "timeout"}`)
		return func() { p.Toxics.ResetToxics(t.Context()) }
	},
}

func TestTroubleOnTheWayToTheAPIServer(t *testing.T) {
	t.Parallel()
	for name, trouble := range wayTroubles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ns := newNamespace(t)
			newApp(t, ns, "chat")
			o, proxy := startBehindProxy(t, ns)
			s, tr := o.sender(ns, "chat"), newTraffic(t, 30, 2000)
			sent := tr.list(20) // some groups exist before, some do not
			sendAll(t, sent, s)
			o.awaitDrained()

			heal := trouble(t, proxy)
			during(t, wayTroubleTime, callbackInterval, func() {
				c := tr.next()
				sent = append(sent, c)
				send(t, s, c.body, fakeim.WithPlatform(c.platform)) // fails after 2 s
			})
			heal()
			awaitState(t, ns, sent)
			o.awaitDrained()
			if err := o.Err(); err != nil {
				t.Error(err)
			}
			must(t, o.ready())
		})
	}
}

// startBehindProxy starts an operator that reaches the API server through a proxy alone.
func startBehindProxy(t *testing.T, namespace string, args ...string) (*operator, *toxiproxy.Proxy) {
	t.Helper()
	proxy := startProxy(t, strings.TrimPrefix(world.env.Config.Host, "https://"))
	o := newOperator(t, namespace, args...)
	config, err := harness.OperatorUser(world.env)
	must(t, err)
	config.Host = "https://" + proxy.Listen
	must(t, localenv.WriteKubeconfig(o.Kubeconfig(), config))
	o.start()
	o.awaitReady()
	return o, proxy
}

func startProxy(t *testing.T, upstream string) *toxiproxy.Proxy {
	t.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	address, err := harness.FreeAddress()
	must(t, err)
	proxy := toxiproxy.NewProxy(server, t.Name(), address, upstream)
	must(t, proxy.Start())
	t.Cleanup(proxy.Stop)
	return proxy
}

// poison adds a toxic, as the proxy's own documentation describes them, to what the API server answers.
func poison(t *testing.T, p *toxiproxy.Proxy, toxic string) {
	t.Helper()
	_, err := p.Toxics.AddToxicJson(strings.NewReader(toxic))
	must(t, err)
}
