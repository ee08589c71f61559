// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"cmp"
	"slices"
	"time"
)

// Create creates a group and returns it as it is then. The error is a *Failure.
func (c *Cloud) Create(g Group, by By) (Group, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g = g.clone()
	g.Type = cmp.Or(g.Type, "Public")
	if err := checkGroup(g); err != nil {
		return Group{}, err
	}
	if g.ID == "" {
		g.ID = c.assign(g.Type)
	} else if err := checkChosenID(g); err != nil {
		return Group{}, err
	}
	if c.groups[g.ID] != nil {
		return Group{}, failure(CodeIDTaken, "group id in use")
	}
	return c.add(g, by), nil
}

// add adds a group that is valid. The caller holds the lock.
func (c *Cloud) add(g Group, by By) Group {
	at := c.tick()
	g.Created, g.LastInfo, g.InfoSeq = at.Truncate(time.Second), at.Truncate(time.Second), 1
	c.seq++
	g.seq = c.seq
	c.groups[g.ID] = &g
	c.order = append(c.order, &g)
	c.enqueue(by, createdBody(g, by, at))
	return g.clone()
}

func createdBody(g Group, by By, at time.Time) Body {
	b := Created(g.ID, at.UnixMilli(), g.Owner, g.Name).With("Operator_Account", by.Account).With("Type", g.Type)
	var custom []string
	for _, key := range sortedKeys(g.Custom) {
		custom = append(custom, key, g.Custom[key])
	}
	if len(custom) > 0 {
		b = b.With("UserDefinedDataList", CustomFields(custom...))
	}
	if g.Owner == "" {
		b = b.With("MemberList", []any{})
	}
	return b
}

// Change changes a group's information. What is the same already is no change. The error is a *Failure.
func (c *Cloud) Change(id string, change Change, by By) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, err := c.find(id)
	if err != nil {
		return err
	}
	next := g.clone()
	changes := next.apply(change)
	if err := checkTexts(next); err != nil {
		return err
	}
	if len(changes) == 0 {
		return nil
	}
	at := c.tick()
	next.LastInfo, next.InfoSeq = at.Truncate(time.Second), g.InfoSeq+1
	*g = next
	if _, custom := changes["UserDefinedDataList"]; !custom || len(changes) > 1 || c.config.CustomFieldsFire {
		c.enqueue(by, InfoChanged(id, at.UnixMilli(), changes).With("Operator_Account", by.Account).With("Type", g.Type))
	}
	return nil
}

// ChangeOwner gives a group to another member. The error is a *Failure.
func (c *Cloud) ChangeOwner(id, owner string, by By) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, err := c.find(id)
	switch {
	case err != nil:
		return err
	case g.Type == "AVChatRoom":
		return failure(CodePermission, "an AVChatRoom keeps its owner")
	case owner == "":
		return failure(CodeParameter, "no new owner")
	}
	body := OwnerChanged(id, c.tick().UnixMilli(), g.Owner, owner).With("Operator_Account", by.Account).With("Type", g.Type)
	g.Owner = owner
	c.enqueue(by, body)
	return nil
}

// Destroy disbands a group. Its ID can be taken again. The error is a *Failure.
func (c *Cloud) Destroy(id string, by By) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, err := c.find(id)
	if err != nil {
		return err
	}
	delete(c.groups, id)
	at, _ := slices.BinarySearchFunc(c.order, g.seq, bySeq)
	c.order = slices.Delete(c.order, at, at+1)
	c.enqueue(by, Destroyed(id, c.tick().UnixMilli(), g.Owner, g.Name).With("Type", g.Type))
	return nil
}

func bySeq(g *Group, seq uint64) int { return cmp.Compare(g.seq, seq) }

// find gives the group itself. The caller holds the lock.
func (c *Cloud) find(id string) (*Group, error) {
	if g := c.groups[id]; g != nil {
		return g, nil
	}
	if !isID(id) {
		return nil, failure(CodeInvalidGroup, "invalid group id")
	}
	return nil, failure(CodeNoGroup, "group does not exist")
}

// Group returns a group as it is now.
func (c *Cloud) Group(id string) (Group, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.groups[id]
	if g == nil {
		return Group{}, false
	}
	return g.clone(), true
}

// Groups returns all groups as they are now, the oldest first.
func (c *Cloud) Groups() []Group {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]Group, 0, len(c.order))
	for _, g := range c.order {
		all = append(all, g.clone())
	}
	return all
}
