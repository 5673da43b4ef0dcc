package awsfake

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
)

var repositoryPath = regexp.MustCompile(`^/v2/(.+)/(manifests|blobs|tags|referrers)/(.*)$`)

// Front makes of a real registry one that behaves like ECR's of an account: what
// is pushed needs a repository that was created, and a tag of an immutable one
// is written once. ECR refuses to write it again even with the same digest.
func (e *ECR) Front(account string, registry *url.URL) http.Handler {
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(registry)
		r.Out.Host = r.In.Host // upload locations name it
	}}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		parts := repositoryPath.FindStringSubmatch(req.URL.Path)
		if parts == nil {
			proxy.ServeHTTP(w, req)
			return
		}
		r, ok := e.Repository(account, e.s.Region, parts[1])
		switch {
		case !ok:
			refuseRegistry(w, http.StatusNotFound, "NAME_UNKNOWN", fmt.Sprintf("The repository with name '%s' does not exist in the registry with id '%s'", parts[1], account))
		case r.Mutability == "IMMUTABLE" && req.Method == http.MethodPut && parts[2] == "manifests" && taken(registry, req, parts[3]):
			refuseRegistry(w, http.StatusBadRequest, "TAG_INVALID", fmt.Sprintf("The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the tag is immutable.", parts[3], r.Name))
		default:
			proxy.ServeHTTP(w, req)
		}
	})
}

var digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// taken says whether the tag that a request writes exists.
func taken(registry *url.URL, req *http.Request, tag string) bool {
	if digestForm.MatchString(tag) {
		return false
	}
	head, err := http.NewRequestWithContext(req.Context(), http.MethodHead, registry.JoinPath(req.URL.Path).String(), nil)
	if err != nil {
		return false
	}
	head.Header.Set("Authorization", req.Header.Get("Authorization"))
	head.Header["Accept"] = []string{"application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
		"application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json"}
	resp, err := http.DefaultClient.Do(head)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func refuseRegistry(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, code, message)
}
