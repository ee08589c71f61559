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
		for batch := range slices.Chunk(ids, maxIDsPerCall) {
			if !c.observe(ctx, batch, yield) {
				return
			}
		}
	}
}

// observe asks for one batch, in halves where the server refuses the whole for its size or for one of its groups. It
// returns false when that was the end.
func (c *Client) observe(ctx context.Context, ids []string, yield func(Result, error) bool) bool {
	results, began, err := c.fetch(ctx, ids)
	var size *sizeError
	half := len(ids) / 2
	switch {
	case errors.As(err, &size) && half > 0:
		return c.observe(ctx, ids[:half], yield) && c.observe(ctx, ids[half:], yield)
	case errors.As(err, &size):
		return yield(c.result(ids[0], size.Code, began), nil)
	case err != nil:
		yield(Result{}, err)
		return false
	}
	for _, r := range results {
		if !yield(r, nil) {
			return false
		}
	}
	return true
}

// fetch asks for groups in one call and finds each in the answer, whatever the order there. It returns the server's time
// as well, which is zero if it is not known.
func (c *Client) fetch(ctx context.Context, ids []string) ([]Result, time.Time, error) {
	fit := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !isFit(id) })
	told, began := map[string]groupInfo{}, time.Time{}
	if len(fit) > 0 {
		request := infoRequest{fit, infoFilter{baseFields, c.keys}}
		a, at, err := do[infoAnswer](ctx, c, call{infoCommand, request, []*rate.Limiter{c.calls}})
		if err != nil {
			return nil, at, err
		}
		told, began = a.byID(), at
	}
	results := make([]Result, 0, len(ids))
	for _, id := range ids {
		results = append(results, c.found(id, told, began))
	}
	return results, began, nil
}

func (a infoAnswer) byID() map[string]groupInfo {
	groups := make(map[string]groupInfo, len(a.GroupInfo))
	for _, g := range a.GroupInfo {
		groups[g.GroupID.value] = g
	}
	return groups
}
