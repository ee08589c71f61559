// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"bytes"
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// Fault makes the REST API answer something else than it would. It applies before anything is checked or counted
// against a rate.
type Fault struct {
	Command string // such as get_group_info; "": all
	Of      string // only requests whose body has this text
	Times   int    // how many requests; 0: until it is removed

	Code   int         // Tencent's ErrorCode, with HTTP status 200
	Hang   bool        // no answer until the client gives up
	Break  bool        // the connection breaks
	Status int         // an HTTP status; default: 200
	Header http.Header // more headers; an empty list removes one
	Body   []byte      // with Status or alone: what is answered, whatever it is

	id int
}

// Ready-made faults.
var (
	Down        = Fault{Break: true}
	Unavailable = Fault{Status: http.StatusServiceUnavailable}
	WrongHost   = Fault{Code: CodeUnknownApp}
	RateLimited = Fault{Code: CodeFrequency}
	Expired     = Fault{Code: CodeExpired}
	TooLarge    = Fault{Code: CodeTooLarge}
)

// faults are those that are injected, the oldest first.
type faults struct {
	mu     sync.Mutex
	list   []Fault
	lastID int
}

// Inject adds a fault. Of several for a command the oldest applies. The function that is returned removes it.
func (c *Cloud) Inject(f Fault) (remove func()) {
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	c.faults.lastID++
	f.id = c.faults.lastID
	c.faults.list = append(c.faults.list, f)
	return func() { c.faults.remove(f.id) }
}

func (f *faults) remove(id int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = slices.DeleteFunc(f.list, func(f Fault) bool { return f.id == id })
}

// take finds the fault for a request, and uses it up once.
func (f *faults) take(command string, body []byte) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.list, func(f Fault) bool {
		return (f.Command == "" || f.Command == command) && bytes.Contains(body, []byte(f.Of))
	})
	if i < 0 {
		return Fault{}, false
	}
	found := f.list[i]
	switch found.Times {
	case 0:
	case 1:
		f.list = slices.Delete(f.list, i, i+1)
	default:
		f.list[i].Times--
	}
	return found, true
}

// apply answers a request.
func (f Fault) apply(w http.ResponseWriter, r *http.Request) {
	maps.Copy(w.Header(), f.Header)
	switch {
	case f.Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case f.Break:
		panic(http.ErrAbortHandler)
	case f.Code != 0:
		f.Body, _ = Encode(failed(&Failure{f.Code, "injected fault " + strconv.Itoa(f.Code)}))
	}
	w.WriteHeader(cmp.Or(f.Status, http.StatusOK))
	_, _ = w.Write(f.Body)
}
