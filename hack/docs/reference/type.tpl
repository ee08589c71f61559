{{- /* A kind, then the types of its fields, each where it is met first. */ -}}
{{- define "kind" }}
## {{ .type.Name }}

{{ template "body" .type }}
{{- template "members" . -}}
{{- end -}}

{{- define "members" -}}
{{- $args := . -}}
{{- range .type.Members -}}
{{- $t := .Type -}}
{{- $value := $t.ValueType -}}
{{- if $value }}{{ $t = $value }}{{ end -}}
{{- range until 2 }}{{ if and $t.UnderlyingType (not $t.Fields) (not $t.EnumValues) }}{{ $t = $t.UnderlyingType }}{{ end }}{{ end -}}
{{- if and (contains "/imgroup-operator/" $t.Package) (or $value $t.Fields $t.EnumValues) (not (hasKey $args.seen $t.Name)) -}}
{{- $_ := set $args.seen $t.Name true }}
### {{ $t.Name }}

{{ if $value -}}
{{ $t.Doc | replace "<" "&lt;" }}
{{ else -}}
{{ template "body" $t }}
{{- template "members" (dict "type" $t "seen" $args.seen) -}}
{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "body" -}}
{{ .Doc | replace "<" "&lt;" }}
{{ if .EnumValues }}
| Value | Meaning |
|---|---|
{{ range .EnumValues -}}
| `{{ .Name }}` | {{ template "text" .Doc }} |
{{ end -}}
{{- else if .Members }}
| Field | Type | Default | Meaning |
|---|---|---|---|
{{ range .Members -}}
| `{{ .Name }}`{{ if has "Required: {}" .Validation }} required{{ end }} | {{ template "type" .Type }} | {{ with .Default }}{{ template "default" . }}{{ end }} | {{ if eq .Name "metadata" }}Kubernetes' own.{{ else }}{{ template "text" .Doc }}{{ end }} |
{{ end -}}
{{- end -}}
{{- end -}}

{{- define "text" -}}
{{ . | replace "\n" " " | replace "<" "&lt;" | replace "|" "\\|" | trim }}
{{- end -}}

{{- define "default" -}}
{{ if ne (nospace .) "{}" }}`{{ . }}`{{ end }}
{{- end -}}

{{- define "type" -}}
{{ regexReplaceAll "\\[([^]]+)\\]\\(https:[^)]*\\)" (markdownRenderType .) "${1}" }}
{{- end -}}
