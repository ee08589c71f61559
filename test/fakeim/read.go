// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"encoding/json"
	"slices"
)

// decode reads a body, one JSON object.
func decode(body []byte, request any) error {
	if err := json.Unmarshal(body, request); err != nil {
		return failure(CodeJSON, "the body is not the JSON that is documented")
	}
	return nil
}

// list answers get_appid_group_list ("Getting All Groups in an App"): the oldest groups first. Next is where the next
// page begins, and stays right when groups are created and disbanded meanwhile.
func (c *Cloud) list(body []byte) (Body, error) {
	request := struct {
		Limit     int
		Next      uint64
		GroupType string
	}{Limit: maxPage}
	if err := decode(body, &request); err != nil {
		return nil, err
	}
	if request.Limit < 1 || request.Limit > maxPage {
		return nil, failure(CodeParameter, "Limit is not from 1 to 10000")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ids, next := []any{}, uint64(0)
	at, _ := slices.BinarySearchFunc(c.order, request.Next, bySeq)
	for _, g := range c.order[at:] {
		if request.GroupType != "" && g.Type != request.GroupType {
			continue
		}
		if len(ids) == request.Limit {
			next = g.seq
			break
		}
		ids = append(ids, Body{"GroupId": g.ID})
	}
	return succeeded(Body{"TotalCount": len(c.order), "GroupIdList": ids, "Next": next}), nil
}

// filter selects what to return of a group. Without one everything is returned, members included.
type filter struct {
	GroupBaseInfoFilter        []string
	AppDefinedDataFilter_Group []string
}

// info answers get_group_info ("Getting Group Profiles").
func (c *Cloud) info(body []byte) (Body, error) {
	var request struct {
		GroupIdList    []string
		ResponseFilter *filter
	}
	if err := decode(body, &request); err != nil {
		return nil, err
	}
	if n := len(request.GroupIdList); n < 1 || n > maxIDs {
		return nil, failure(CodeParameter, "GroupIdList has not from 1 to 50 ids")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	groups := []any{}
	for _, id := range request.GroupIdList {
		if c.untold[id] {
			continue
		}
		g, err := c.find(id)
		if err != nil {
			groups = append(groups, failed(err).With("GroupId", id).With("ActionStatus", nil))
			continue
		}
		groups = append(groups, g.profile(request.ResponseFilter).With("ErrorCode", 0).With("ErrorInfo", "").With("GroupId", id))
	}
	return succeeded(Body{"GroupInfo": groups}), nil
}

// profile is what a filter lets through.
func (g *Group) profile(f *filter) Body {
	all := Body{
		"Type": g.Type, "Name": g.Name, "Introduction": g.Introduction, "Notification": g.Notification, "FaceUrl": g.FaceURL,
		"Owner_Account": g.Owner, "CreateTime": g.Created.Unix(), "LastInfoTime": g.LastInfo.Unix(), "InfoSeq": g.InfoSeq,
	}
	if f == nil {
		return all.With("MemberList", members(g.Owner))
	}
	told := Body{}
	for _, key := range f.GroupBaseInfoFilter {
		told = told.With(key, all[key])
	}
	var custom []string
	for _, key := range f.AppDefinedDataFilter_Group {
		if value, found := g.Custom[key]; found {
			custom = append(custom, key, value)
		}
	}
	if len(custom) > 0 {
		told["AppDefinedData"] = CustomFields(custom...)
	}
	return told
}
