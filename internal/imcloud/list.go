// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"context"
	"errors"
	"iter"

	"golang.org/x/time/rate"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// listCommand is documented in "Getting All Groups in an App".
const listCommand = "get_appid_group_list"

// Page is a part of the list of all groups.
type Page struct {
	IDs   []string // usually at most 10,000, each of 1 to 128 bytes, in no order
	Unfit int      // how many IDs were left out because they are empty or longer than that
	Total uint64   // how many groups the application has, as the server says
	Next  uint64   // where the next page begins; 0: this is the last one
}

type listRequest struct {
	Limit int    `json:"Limit"`
	Next  uint64 `json:"Next"`
}

type listAnswer struct {
	envelope
	TotalCount  *cursor   `json:"TotalCount"`
	GroupIDList *[]listed `json:"GroupIdList"`
	Next        cursor    `json:"Next"`
}

type listed struct {
	GroupID text `json:"GroupId"`
}

// problem: where the list itself is absent, and this is not the last page, it says nothing.
func (a listAnswer) problem() int {
	if code := a.envelope.problem(); code != codeOK || a.GroupIDList != nil || a.Next == 0 {
		return code
	}
	return codeNotANumber
}

// seen are the IDs that were listed, and how many there are, as far as the server has said.
type seen struct {
	listed, total uint64
	totalTold     bool
}

// add counts a page. It reports whether the page may be an end: where the list itself is absent that would be a guess, unless
// all groups were listed before.
func (s *seen) add(a listAnswer) bool {
	if a.TotalCount != nil {
		s.total, s.totalTold = uint64(*a.TotalCount), true
	}
	if a.GroupIDList != nil {
		s.listed += uint64(len(*a.GroupIDList))
		return true
	}
	return s.totalTold && s.listed >= s.total
}

func (a listAnswer) page() Page {
	p := Page{Next: uint64(a.Next)}
	if a.TotalCount != nil {
		p.Total = uint64(*a.TotalCount)
	}
	if a.GroupIDList == nil {
		return p
	}
	for _, l := range *a.GroupIDList {
		if isFit(l.GroupID.value) {
			p.IDs = append(p.IDs, l.GroupID.value)
		} else {
			p.Unfit++
		}
	}
	return p
}

// isFit reports whether a group with this ID can be stored.
func isFit(groupID string) bool { return groupID != "" && len(groupID) <= event.MaxGroupIDBytes }

// ListGroups lists the groups of the application from a place on: 0 is the beginning, the Next of a page what follows
// it. Pages are fetched as they are asked for, at most one in 1.1 s. An error is the last that is given, and whoever
// waited can go on from the Next of the page before. Tencent does not say what a list is like that changes meanwhile: a
// group may come twice, and one that is created meanwhile may be missing.
func (c *Client) ListGroups(ctx context.Context, from uint64) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		limit, so := maxIDsPerPage, seen{}
		for range maxPages {
			page, err := c.page(ctx, from, &limit, &so)
			if err == nil && page.Next == from && from != 0 {
				err = unavailable(listCommand, "the list of groups does not advance")
			}
			if !yield(page, err) || err != nil || page.Next == 0 {
				return
			}
			from = page.Next
		}
		yield(Page{}, unavailable(listCommand, "the list of groups does not end"))
	}
}

// page fetches a page of at most limit IDs. It lowers the limit where the answer would be too large.
func (c *Client) page(ctx context.Context, from uint64, limit *int, so *seen) (Page, error) {
	a, _, err := do[listAnswer](ctx, c, call{listCommand, listRequest{*limit, from}, []*rate.Limiter{c.lists, c.calls}, maxAttempts})
	var size *sizeError
	switch {
	case err == nil && !so.add(a):
		return Page{}, unavailable(listCommand, wordsAnswer)
	case err == nil:
		return a.page(), nil
	case !errors.As(err, &size):
		return Page{}, err
	case size.Code == codeTooLarge && *limit > 1:
		*limit /= 2
		return c.page(ctx, from, limit, so)
	}
	return Page{}, &UnavailableError{size.Fault}
}
