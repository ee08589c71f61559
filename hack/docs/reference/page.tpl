{{- define "gvList" -}}
{{- range . -}}
{{- $kinds := .SortedKinds -}}
{{- $gv := . -}}
# API reference: {{ .GroupVersionString }}

Written by `hack/docs/generate.sh` from the comments of the types; do not edit. What the objects are for, their conditions
and how to debug them: [IMApp](../crds/imapp.md), [IMGroup](../crds/imgroup.md). `kubectl explain imapp.spec` says the same
as this page.

Every bound is in the text of its field; lengths are in characters, unless it says bytes. A field without `required` may
be left out, and its text says what that means.
{{ $seen := dict -}}
{{- range $kinds }}{{ template "kind" (dict "type" ($gv.TypeForKind .) "seen" $seen "gv" $gv) }}{{ end -}}
{{- end -}}
{{- end -}}
