// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

// pair is a custom field, as REST has them.
type pair struct{ Key, Value string }

// information are the members that create_group and modify_group_base_info share. What is nil is not given.
type information struct {
	GroupId        string
	Name           *string
	Introduction   *string
	Notification   *string
	FaceUrl        *string
	AppDefinedData []pair
}

func (i information) change() Change {
	custom := map[string]string{}
	for _, p := range i.AppDefinedData {
		custom[p.Key] = p.Value
	}
	return Change{Name: i.Name, Introduction: i.Introduction, Notification: i.Notification, FaceURL: i.FaceUrl, Custom: custom}
}

// byREST is who makes changes through the REST API: the callbacks say so.
func (c *Cloud) byREST() By { return By{Account: c.config.Admin, Platform: "RESTAPI"} }

// create answers create_group ("Creating a Group"). The type is required, the ID is not.
func (c *Cloud) create(body []byte) (Body, error) {
	var request struct {
		information
		Type          string
		Owner_Account string
	}
	if err := decode(body, &request); err != nil {
		return nil, err
	}
	if request.Type == "" {
		return nil, failure(CodeParameter, "no Type")
	}
	g := Group{ID: request.GroupId, Type: request.Type, Owner: request.Owner_Account}
	g.apply(request.change())
	g, err := c.Create(g, c.byREST())
	return succeeded(Body{"GroupId": g.ID}), err
}

// modify answers modify_group_base_info ("Modifying the Profile of a Group"). A custom field with an empty value is
// deleted.
func (c *Cloud) modify(body []byte) (Body, error) {
	var request information
	if err := decode(body, &request); err != nil {
		return nil, err
	}
	return succeeded(Body{}), c.Change(request.GroupId, request.change(), c.byREST())
}

// changeOwner answers change_group_owner ("Changing Group Owner"). Members are not kept, so anybody is one.
func (c *Cloud) changeOwner(body []byte) (Body, error) {
	var request struct{ GroupId, NewOwner_Account string }
	if err := decode(body, &request); err != nil {
		return nil, err
	}
	return succeeded(Body{}), c.ChangeOwner(request.GroupId, request.NewOwner_Account, c.byREST())
}

// destroy answers destroy_group ("Disbanding a Group").
func (c *Cloud) destroy(body []byte) (Body, error) {
	var request struct{ GroupId string }
	if err := decode(body, &request); err != nil {
		return nil, err
	}
	return succeeded(Body{}), c.Destroy(request.GroupId, c.byREST())
}
