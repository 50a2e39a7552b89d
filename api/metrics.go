package api

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sohoa/api/reply"
	"sohoa/archive"
)

// metrics are the measures of this process. No label takes a value from outside: routes are ours, methods and statuses few.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(a *archive.Archive) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sohoa_http_requests_total", Help: "Requests answered."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "sohoa_http_request_seconds", Help: "Time to answer, body included.",
			Buckets: []float64{.005, .02, .05, .1, .25, .5, 1, 2.5, 10, 60}}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, &house{archive: a}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) observe(meth, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method(meth), route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

// serve answers /metrics to this machine itself and to administrators: the measures tell how busy which office is.
func (d *door) serveMetrics(engine *gin.Engine, h huma.API) {
	handler := promhttp.HandlerFor(d.metrics.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	op := public("metrics", "/metrics", archive.Text{VI: "Số đo cho Prometheus", EN: "Measures for Prometheus"})
	op.Description = "For requests from this machine itself, not passed on by a proxy, and for administrators' tokens."
	op.Responses = map[string]*huma.Response{"200": plainText("Measures"), "401": problem(h, 401), "403": problem(h, 403)}
	plain(engine, h, op, func(c *gin.Context) {
		if !local(c.Request) {
			actor, _, known, err := d.Who(c.Request)
			switch {
			case err == nil && !known:
				err = reply.ErrUnauthenticated
			case err == nil && !actor.Role.May(archive.ActStatus):
				err = archive.ErrForbidden
			}
			if err != nil {
				d.Fail(c, err)
				return
			}
		}
		handler.ServeHTTP(c.Writer, c.Request)
	})
}

// house collects what the archive counts. The catalog is asked at most every few seconds, however often somebody scrapes.
type house struct {
	archive *archive.Archive

	mu    sync.Mutex
	asked time.Time
	last  archive.Status
	err   error
}

const askAgain = 5 * time.Second

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("sohoa_"+name, help, labels, nil)
}

var (
	descDeposits   = desc("deposits_total", "Papers taken in by this process.")
	descRefusals   = desc("refusals_total", "Papers refused by inspection in this process.")
	descAside      = desc("quarantined_total", "Papers that came in and were kept in quarantine by this process.")
	descScanner    = desc("virus_scanner_up", "1 when the virus scanner answers; absent when there is none.")
	descPages      = desc("pages_read_total", "Pages read by this process.")
	descInspection = desc("inspection_seconds", "Time spent inspecting papers.")
	descJobs       = desc("jobs", "Jobs by kind and state.", "kind", "state")
	descLag        = desc("index_lag_events", "Events the index has still to follow.")
	descIndexed    = desc("index_documents", "Documents in the index.")
	descDocuments  = desc("documents", "Documents by state.", "state")
	descIntents    = desc("intents", "Writes under way or left by a crash.")
	descDiskFree   = desc("disk_free_bytes", "Room left on a file system of the house.", "disk")
	descDiskTotal  = desc("disk_total_bytes", "Size of a file system of the house.", "disk")
	descDiskFull   = desc("disk_full", "1 while less than the reserve is free and no paper is taken in.", "disk")
	descCatalog    = desc("catalog_up", "1 when the catalog answered.")
)

// Describe implements prometheus.Collector.
func (h *house) Describe(c chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descDeposits, descRefusals, descAside, descScanner, descPages, descInspection, descJobs, descLag, descIndexed, descDocuments, descIntents, descDiskFree, descDiskTotal, descDiskFull, descCatalog} {
		c <- d
	}
}

// Collect implements prometheus.Collector.
func (h *house) Collect(c chan<- prometheus.Metric) {
	counter := func(d *prometheus.Desc, v float64) { c <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v) }
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	n := &h.archive.Counters
	counter(descDeposits, float64(n.Deposits.Load()))
	counter(descRefusals, float64(n.Refusals.Load()))
	counter(descAside, float64(n.Quarantined.Load()))
	counter(descPages, float64(n.Pages.Load()))
	count, sum := n.Inspected.Read()
	c <- prometheus.MustNewConstSummary(descInspection, uint64(count), sum.Seconds(), nil)
	for _, d := range h.archive.Disks() { // told without the catalog, which may be away because of them
		name, full := strings.Join(d.Uses, ", "), 0.0
		if d.Full {
			full = 1
		}
		gauge(descDiskFree, float64(d.Free), name)
		gauge(descDiskTotal, float64(d.Total), name)
		gauge(descDiskFull, full, name)
	}
	st, err := h.status()
	if err != nil {
		gauge(descCatalog, 0)
		return
	}
	gauge(descCatalog, 1)
	for kind, j := range st.Jobs {
		gauge(descJobs, float64(j.Due), string(kind), "due")
		gauge(descJobs, float64(j.Later), string(kind), "later")
		gauge(descJobs, float64(j.Running), string(kind), "running")
		gauge(descJobs, float64(j.Failed), string(kind), "failed")
	}
	gauge(descLag, float64(max(0, st.LastEvent-st.IndexedTo)))
	gauge(descIndexed, float64(st.Indexed))
	for _, s := range archive.States {
		gauge(descDocuments, float64(st.States[s]), string(s))
	}
	gauge(descIntents, float64(st.Intents))
	switch st.Scanner {
	case archive.ScannerReady:
		gauge(descScanner, 1)
	case archive.ScannerAway:
		gauge(descScanner, 0)
	}
}

func (h *house) status() (archive.Status, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.asked) < askAgain {
		return h.last, h.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), askAgain)
	defer cancel()
	h.last, h.err = h.archive.Status(ctx, archive.System)
	h.asked = time.Now()
	return h.last, h.err
}
