// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"cmp"
	"math/rand/v2"
	"sync"
	"time"
)

// Config is what a Cloud is made of. All but SDKAppID and Key has a default.
type Config struct {
	SDKAppID int64
	Key      string           // the secret key, which signs UserSigs
	Admin    string           // the UserID that may call the REST API; default: administrator
	Seed     uint64           // of assigned group IDs and of how callbacks are delivered
	Now      func() time.Time // default: time.Now

	Callbacks *Sender // where callbacks go; nil: there are none
	Delivery  Delivery
	// CustomFieldsFire makes a change of custom fields alone a callback too, as Tencent documented until 2020.
	CustomFieldsFire bool
	MaxAnswer        int // bytes of an answer; default: 1 MiB, as documented
}

// Cloud is one application of a fake Tencent Cloud Chat. It is an http.Handler that serves the REST API. It may be used
// concurrently. Run or Deliver or Settle must be called for callbacks to be sent.
type Cloud struct {
	config Config
	faults faults
	calls  counters
	rates  rates
	outbox outbox

	sending sync.Mutex // held while callbacks are sent, which are sent one after the other

	mu     sync.Mutex
	groups map[string]*Group
	untold map[string]bool
	order  []*Group // by seq
	seq    uint64   // of the newest group
	last   int64    // the time of the newest change, milliseconds since the Unix epoch
	random *rand.Rand
}

// NewCloud makes an application without groups.
func NewCloud(c Config) *Cloud {
	c.Admin = cmp.Or(c.Admin, "administrator")
	c.MaxAnswer = cmp.Or(c.MaxAnswer, maxAnswer)
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Cloud{
		config: c, groups: map[string]*Group{}, untold: map[string]bool{}, seq: firstSeq,
		random: rand.New(rand.NewPCG(c.Seed, 1)),
		outbox: newOutbox(c.Seed, c.Delivery),
		rates:  rates{now: c.Now},
	}
}

// Untell leaves a group out of the answers of get_group_info from now on.
func (c *Cloud) Untell(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.untold[id] = true
}

// firstSeq makes the Next of a page a number that neither 32 bits nor a float64 can hold.
const firstSeq = 1 << 63

// tick is the time of a change: each is at least a millisecond later than the one before, because only EventTime
// shows their order. The caller holds the lock.
func (c *Cloud) tick() time.Time {
	c.last = max(c.last+1, c.config.Now().UnixMilli())
	return time.UnixMilli(c.last)
}

// now is the clock that the Date of an answer is read from: never before a change that it shows.
func (c *Cloud) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.UnixMilli(max(c.last, c.config.Now().UnixMilli()))
}

// assign makes up a group ID, as Tencent does. The caller holds the lock.
func (c *Cloud) assign(groupType string) string {
	id := make([]byte, 9)
	for i := range id {
		id[i] = upperBytes[c.random.IntN(len(upperBytes))]
	}
	if groupType == "Community" {
		return "@TGS#_" + string(id)
	}
	return "@TGS#2" + string(id)
}
