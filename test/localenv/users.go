// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package localenv

import (
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// prepareAdmin chooses the port that the API server keeps, and makes the user for it.
func (e *Env) prepareAdmin() (err error) {
	if e.port, err = FreePort(); err != nil {
		return err
	}
	e.Config, err = e.User("admin", "system:masters")
	return err
}

// User makes a user who signs in by certificate, with no rights but what RBAC gives to the name and the groups.
func (e *Env) User(name string, groups ...string) (*rest.Config, error) {
	cert, key, err := e.keys.client(name, groups)
	if err != nil {
		return nil, err
	}
	return &rest.Config{
		Host:            fmt.Sprintf("https://127.0.0.1:%d", e.port),
		TLSClientConfig: rest.TLSClientConfig{CAData: e.keys.certPEM, CertData: cert, KeyData: key},
		QPS:             -1,
	}, nil
}

// ServiceAccount is a user with the name and groups of a ServiceAccount, so RBAC treats it as one.
func (e *Env) ServiceAccount(namespace, name string) (*rest.Config, error) {
	return e.User("system:serviceaccount:"+namespace+":"+name,
		"system:serviceaccounts", "system:serviceaccounts:"+namespace, "system:authenticated")
}

// Kubeconfig writes a kubeconfig of the admin to the file, readable by its owner only.
func (e *Env) Kubeconfig(path string) error { return WriteKubeconfig(path, e.Config) }

// WriteKubeconfig writes a kubeconfig for one of this package's users.
func WriteKubeconfig(path string, c *rest.Config) error {
	const name = "imgroup-local"
	file := clientcmdapi.NewConfig()
	file.Clusters[name] = &clientcmdapi.Cluster{Server: c.Host, CertificateAuthorityData: c.CAData}
	file.AuthInfos[name] = &clientcmdapi.AuthInfo{ClientCertificateData: c.CertData, ClientKeyData: c.KeyData}
	file.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name, Namespace: "default"}
	file.CurrentContext = name
	text, err := clientcmd.Write(*file)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
