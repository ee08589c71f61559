// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// infoCommand is documented in "Getting Group Profiles".
const infoCommand = "get_group_info"

type infoRequest struct {
	GroupIDList    []string   `json:"GroupIdList"`
	ResponseFilter infoFilter `json:"ResponseFilter"`
}

// infoFilter says what the answer is to have. Without it the members would come too, which can be thousands.
type infoFilter struct {
	Base   []string `json:"GroupBaseInfoFilter"`
	Custom []string `json:"AppDefinedDataFilter_Group,omitempty"`
}

// baseFields are what is asked for of every group.
var baseFields = []string{"Type", "Name", "Introduction", "Notification", "FaceUrl", "Owner_Account"}

type infoAnswer struct {
	envelope
	GroupInfo []groupInfo `json:"GroupInfo"`
}

// problem: Tencent documents that the code of the whole answer means nothing where groups are told of.
func (a infoAnswer) problem() int {
	if len(a.GroupInfo) > 0 {
		return codeOK
	}
	return a.envelope.problem()
}

type groupInfo struct {
	GroupID      text      `json:"GroupId"`
	ErrorCode    errorCode `json:"ErrorCode"`
	Type         text      `json:"Type"`
	Name         text      `json:"Name"`
	Introduction text      `json:"Introduction"`
	Notification text      `json:"Notification"`
	FaceURL      text      `json:"FaceUrl"`
	Owner        text      `json:"Owner_Account"`
	Custom       pairs     `json:"AppDefinedData"`
}

// base are the fields of the group that are no custom ones.
func (g groupInfo) base() map[string]text {
	return map[string]text{
		event.Type: g.Type, event.Name: g.Name, event.Introduction: g.Introduction,
		event.Notification: g.Notification, event.FaceURL: g.FaceURL, event.Owner: g.Owner,
	}
}

// ObserveGroups asks what groups look like, by their IDs in any number, and gives one result for each ID in the order
// of the IDs. 50 are asked for at once, as the results are taken. An error is the last that is given; there are no
// results for the IDs from there on.
func (c *Client) ObserveGroups(ctx context.Context, ids []string) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		q := inquiry{Client: c, keys: c.keys, yield: yield}
		for batch := range slices.Chunk(ids, maxIDsPerCall) {
			if !q.observe(ctx, batch, maxAttempts) {
				return
			}
		}
	}
}

// inquiry is one call of ObserveGroups.
type inquiry struct {
	*Client
	keys    []string // of custom fields to ask for
	refused bool     // they were refused
	yield   func(Result, error) bool
}

// partAttempts is how often a part of a batch is tried of which the whole was tried in vain.
const partAttempts = 2

// observe asks for one batch. Where the server refuses the whole for its size or for one of its groups, or the answer cannot
// be read, it asks in halves until the odd one is alone; and for a group of which it did not tell alone. It returns false when
// that was the end.
func (q *inquiry) observe(ctx context.Context, ids []string, attempts int) bool {
	results, began, err := q.fetch(ctx, ids, attempts)
	half := len(ids) / 2
	code, odd := oddCode(err)
	switch {
	case odd && half > 0:
		return q.observe(ctx, ids[:half], partAttempts) && q.observe(ctx, ids[half:], partAttempts)
	case odd:
		r := q.result(ids[0], code, began)
		r.KeysRefused = q.refused
		return q.yield(r, nil)
	case err != nil:
		q.yield(Result{}, err)
		return false
	}
	for _, r := range results {
		r.KeysRefused = q.refused
		if r.Outcome == Missing && half > 0 {
			if !q.observe(ctx, []string{r.GroupID}, partAttempts) {
				return false
			}
		} else if !q.yield(r, nil) {
			return false
		}
	}
	return true
}

// oddCode returns the code of an error that one of the groups may be the reason of.
func oddCode(err error) (code int, odd bool) {
	var size *sizeError
	var unavailable *UnavailableError
	switch {
	case errors.As(err, &size):
		return size.Code, true
	case errors.As(err, &unavailable) && unavailable.Words == wordsAnswer:
		return codeNotANumber, true
	}
	return 0, false
}

// fetch asks for groups in one call and finds each in the answer, whatever the order there. It returns the server's time
// as well, which is zero if it is not known. Where the server refuses the keys of custom fields it asks without them, so that
// at least the texts are known.
func (q *inquiry) fetch(ctx context.Context, ids []string, attempts int) ([]Result, time.Time, error) {
	fit := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !isFit(id) })
	told, began := map[string]groupInfo{}, time.Time{}
	if len(fit) > 0 {
		request := infoRequest{fit, infoFilter{baseFields, q.keys}}
		a, at, err := do[infoAnswer](ctx, q.Client, call{infoCommand, request, []*rate.Limiter{q.calls}, attempts})
		if isMalformed(err) && len(q.keys) > 0 {
			q.keys, q.refused = nil, true
			return q.fetch(ctx, ids, attempts)
		}
		if err != nil {
			return nil, at, err
		}
		told, began = a.byID(), at
	}
	results := make([]Result, 0, len(ids))
	for _, id := range ids {
		results = append(results, q.found(id, told, q.keys, began))
	}
	return results, began, nil
}

func isMalformed(err error) bool {
	var r *RequestError
	return errors.As(err, &r) && r.Code == codeParameter
}

func (a infoAnswer) byID() map[string]groupInfo {
	groups := make(map[string]groupInfo, len(a.GroupInfo))
	for _, g := range a.GroupInfo {
		groups[g.GroupID.value] = g
	}
	return groups
}
