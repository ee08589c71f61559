// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package metrics defines every collector of the operator in one place. Units stand in the names, labels take a
// fixed set of values, and counters exist from the start, so that an alert on a rate sees the first increment.
package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
)

const namespace = "imgroup"

// Metrics are the operator's collectors. Gauges that mirror a state are functions, given to Watch.
type Metrics struct {
	CallbackRequests  *prometheus.CounterVec // command, outcome
	CallbackDuration  prometheus.Histogram
	CallbackChanges   *prometheus.CounterVec // imapp
	EventLag          prometheus.Histogram
	EventTimeClamped  prometheus.Counter
	CallbackTruncated *prometheus.CounterVec // field
	CallbackUnnamed   prometheus.Counter
	JournalAppend     prometheus.Histogram
	JournalErrors     *prometheus.CounterVec // op
	SyncWrites        *prometheus.CounterVec // result
	SyncLag           prometheus.Histogram
	SyncCoalesced     prometheus.Counter
	SyncDropped       *prometheus.CounterVec // reason
	SyncUnreadable    prometheus.Counter
	ResyncGroups      *prometheus.CounterVec // result
	ResyncDuration    prometheus.Histogram
	NamespaceRefused  *prometheus.GaugeVec // namespace
	changes           *changeCounters
	registerer        prometheus.Registerer
}

// Values of the label op of imgroup_journal_errors_total.
const (
	OpAppend   = "append"
	OpFull     = "full"
	OpShare    = "share"
	OpDamage   = "damage"
	OpSetAside = "set_aside"
)

// Values of the label result of imgroup_sync_writes_total.
const (
	WriteCreated  = "created"
	WritePatched  = "patched"
	WriteCleared  = "cleared" // of managedFields
	WriteConflict = "conflict"
	WriteError    = "error"
	WriteRejected = "rejected"
)

// Values of the label reason of imgroup_sync_dropped_events_total.
const (
	DropAppGone        = "app_gone"
	DropAppChanged     = "app_changed"
	DropNamespaceGone  = "namespace_gone"
	DropNotDeclared    = "not_declared"
	DropTypeFiltered   = "type_filtered"
	DropMaxCount       = "max_count"
	DropNameConflict   = "name_conflict"
	DropRejected       = "rejected"
	DropStale          = "stale"
	DropCustomOverflow = "custom_overflow"
)

// Values of the label result of imgroup_resync_groups_total.
const (
	ResyncChanged   = "changed"
	ResyncUnchanged = "unchanged"
	ResyncGone      = "gone"
	ResyncInvalid   = "invalid"
	ResyncSkipped   = "skipped" // not wanted by the IMApp, or no longer
	ResyncError     = "error"
)

// New makes the collectors and registers them. It panics on a second call with the same registerer.
func New(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		CallbackRequests:  counterVec("callback_requests_total", "Requests to the callback endpoint by command and outcome.", "command", "outcome"),
		CallbackDuration:  histogram("callback_duration_seconds", "Time from a request's headers to its answer.", 0.0001, 15),
		CallbackChanges:   counterVec("callback_changes_total", "Changes that were accepted, by IMApp as namespace/name; other is all beyond a bound.", "imapp"),
		EventLag:          histogram("callback_event_lag_seconds", "Time from a change, by its EventTime, to the receipt of its callback.", 0.01, 20),
		EventTimeClamped:  counter("callback_event_time_clamped_total", "Callbacks whose EventTime was in seconds or too far in the future, and was replaced by the time of receipt."),
		CallbackTruncated: counterVec("callback_truncated_total", "Texts that were cut to the length that an IMGroup can hold.", "field"),
		CallbackUnnamed:   counter("callback_unnamed_custom_fields_total", "Custom fields of callbacks that were left out because their key is not text."),
		JournalAppend:     histogram("journal_append_duration_seconds", "Time until an event was durable in the journal.", 0.0001, 15),
		JournalErrors:     counterVec("journal_errors_total", "Failures of the journal by operation.", "op"),
		SyncWrites:        counterVec("sync_writes_total", "Writes of IMGroups to the API server by result.", "result"),
		SyncLag:           histogram("sync_lag_seconds", "Time from the receipt of a callback to its write into the IMGroup's status.", 0.001, 20),
		SyncCoalesced:     counter("sync_coalesced_events_total", "Events that shared the status write of another event."),
		SyncDropped:       counterVec("sync_dropped_events_total", "Acknowledged events that were not written, by reason.", "reason"),
		SyncUnreadable:    counter("sync_unreadable_objects_total", "IMGroups that the watch showed and that could not be read; nothing counts as known of them."),
		ResyncGroups:      counterVec("resync_groups_total", "Groups that a resync looked at, by result.", "result"),
		ResyncDuration:    histogram("resync_duration_seconds", "Duration of complete resyncs.", 0.1, 18),
		NamespaceRefused: prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: "namespace_refused",
			Help: "1 if a namespace to serve may not be listed, so that its callbacks are answered with 404; otherwise 0."}, []string{"namespace"}),
		registerer: r,
	}
	r.MustRegister(m.CallbackRequests, m.CallbackDuration, m.CallbackChanges, m.EventLag, m.EventTimeClamped, m.CallbackTruncated, m.CallbackUnnamed,
		m.JournalAppend, m.JournalErrors, m.SyncWrites, m.SyncLag, m.SyncCoalesced, m.SyncDropped, m.SyncUnreadable, m.ResyncGroups, m.ResyncDuration, m.NamespaceRefused)
	m.changes = newChangeCounters(m.CallbackChanges)
	m.presetCallbacks()
	preset(m.JournalErrors, OpAppend, OpFull, OpShare, OpDamage, OpSetAside)
	preset(m.SyncWrites, WriteCreated, WritePatched, WriteCleared, WriteConflict, WriteError, WriteRejected)
	preset(m.SyncDropped, DropAppGone, DropAppChanged, DropNamespaceGone, DropNotDeclared, DropTypeFiltered, DropMaxCount,
		DropNameConflict, DropRejected, DropStale, DropCustomOverflow)
	preset(m.ResyncGroups, ResyncChanged, ResyncUnchanged, ResyncGone, ResyncInvalid, ResyncSkipped, ResyncError)
	return m
}

// WatchNamespaces exports whether each namespace to serve is refused, and returns how that is told.
func (m *Metrics) WatchNamespaces(names []string) (changed func(name string, refused bool)) {
	for _, name := range names {
		m.NamespaceRefused.WithLabelValues(name)
	}
	return func(name string, refused bool) {
		value := 0.0
		if refused {
			value = 1
		}
		m.NamespaceRefused.WithLabelValues(name).Set(value)
	}
}

// WatchJournal exports the journal's pending groups, its bytes on disk and the writes that its disk fails, read at each
// scrape.
func (m *Metrics) WatchJournal(groups, bytes, failures func() float64) {
	m.registerer.MustRegister(
		gauge("journal_pending_groups", "Groups with acknowledged events that are not yet written to the API server.", nil, groups),
		gauge("journal_bytes", "Size of the journal's files.", nil, bytes),
		gauge("journal_failures", "Consecutive writes that the journal's disk failed or did not finish in time; 0 after a successful one.", nil, failures))
}

// WatchLogs exports how many lines of a log were dropped, read at each scrape.
func (m *Metrics) WatchLogs(log string, dropped func() float64) {
	m.registerer.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: namespace, Name: "log_dropped_lines_total",
		Help: "Log lines that were dropped because nobody read the log.", ConstLabels: prometheus.Labels{"log": log}}, dropped))
}

// WatchApps exports the number of IMApps that are ready and that are not, read at each scrape.
func (m *Metrics) WatchApps(ready, unready func() float64) {
	const help = "IMApps whose callbacks are accepted (ready=true) or not (ready=false)."
	m.registerer.MustRegister(
		gauge("apps", help, prometheus.Labels{"ready": "true"}, ready),
		gauge("apps", help, prometheus.Labels{"ready": "false"}, unready))
}

// WatchResync exports when the first IMApp is due for its next resync, in seconds since 1970, read at each scrape.
func (m *Metrics) WatchResync(due func() float64) {
	m.registerer.MustRegister(gauge("resync_due_timestamp_seconds",
		"Earliest time at which an IMApp's next resync is due, by its last complete one and its interval, in seconds since 1970; +Inf if none has an interval.", nil, due))
}

// WatchCertificate exports when the certificate of the callback endpoint expires, read at each scrape. Without TLS the
// metric does not exist.
func (m *Metrics) WatchCertificate(expiry func() float64) {
	m.registerer.MustRegister(gauge("callback_certificate_expiry_timestamp_seconds",
		"When the certificate of the callback endpoint expires, in seconds since 1970.", nil, expiry))
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
}

func counterVec(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

// histogram has buckets that double from start.
func histogram(name, help string, start float64, count int) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help,
		Buckets: prometheus.ExponentialBuckets(start, 2, count)})
}

func gauge(name, help string, labels prometheus.Labels, read func() float64) prometheus.GaugeFunc {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help, ConstLabels: labels}, read)
}

func preset(v *prometheus.CounterVec, values ...string) {
	for _, value := range values {
		v.WithLabelValues(value)
	}
}
