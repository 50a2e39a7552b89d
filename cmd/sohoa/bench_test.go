package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// BenchmarkUpload100MB compares one upload of 100 MB with the least that could be done: copying the bytes to a file of the
// same disk, hashing them, and one fsync. stream-% is the spooling alone, answer-% the whole request with inspection.
func BenchmarkUpload100MB(b *testing.B) {
	const size = 100 << 20
	dir := b.TempDir()
	s := builtProgram(b).start(b, dir, "clerk", "--no-reading")
	var stream, answer []float64
	for b.Loop() {
		seed := uint64(time.Now().UnixNano())
		var paper bytes.Buffer
		if err := testkit.WritePDF(&paper, 10, size, seed); err != nil {
			b.Fatal(err)
		}
		bare := bareCopy(b, dir, paper.Bytes())
		began := time.Now()
		body := &lastByte{r: bytes.NewReader(paper.Bytes())}
		status, _, msg, err := s.put("x.pdf", body, "&agency=H15")
		whole := time.Since(began)
		if err != nil || status != http.StatusCreated {
			b.Fatalf("%d %v %s", status, err, tail(string(msg), 500))
		}
		stream = append(stream, 100*bare.Seconds()/body.at.Sub(began).Seconds())
		answer = append(answer, 100*bare.Seconds()/whole.Seconds())
		b.SetBytes(size)
	}
	b.ReportMetric(median(stream), "stream-%")
	b.ReportMetric(median(answer), "answer-%")
}

// lastByte notes when the last byte left for the server.
type lastByte struct {
	r  io.Reader
	at time.Time
}

func (l *lastByte) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.at = time.Now()
	return n, err
}

func bareCopy(b *testing.B, dir string, data []byte) time.Duration {
	b.Helper()
	began := time.Now()
	f, err := os.CreateTemp(dir, "bare-")
	if err != nil {
		b.Fatal(err)
	}
	defer os.Remove(f.Name())
	if _, err := io.CopyBuffer(io.MultiWriter(f, sha256.New()), struct{ io.Reader }{bytes.NewReader(data)}, make([]byte, 256<<10)); err != nil {
		b.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	f.Close()
	return time.Since(began)
}

func median(xs []float64) float64 {
	xs = slices.Sorted(slices.Values(xs))
	return xs[len(xs)/2]
}

// BenchmarkDeposit200KB compares deposits of 200 KB from four clients with four writers that put the same OCFL files down
// bare, each with its fsync. rate-% counts everything but inspection, which inspect-ms/op reports apart.
func BenchmarkDeposit200KB(b *testing.B) {
	const clients, each = 4, 25
	dir := b.TempDir()
	h := benchHouse(b, dir)
	var ratio, inspect []float64
	round := 0
	for b.Loop() {
		round++
		papers := make([][]byte, clients*each)
		for i := range papers {
			papers[i] = testkit.PDF(1, 200<<10, uint64(round*1000+i))
		}
		bare := inParallel(clients, papers, func(i int, p []byte) { bareObject(b, filepath.Join(dir, "bare", fmt.Sprint(round, "-", i)), p) })
		n0, t0 := h.archive.Counters.Inspected.Read()
		ours := inParallel(clients, papers, func(_ int, p []byte) {
			_, err := h.archive.Deposit(context.Background(), archive.System, archive.Deposit{Body: bytes.NewReader(p), Agency: "H15", FileName: "x.pdf"})
			if err != nil {
				b.Error(err)
			}
		})
		n1, t1 := h.archive.Counters.Inspected.Read()
		inspection := (t1 - t0) / clients // of the wall time of each client
		ratio = append(ratio, 100*bare.Seconds()/(ours-inspection).Seconds())
		inspect = append(inspect, float64((t1-t0).Microseconds())/1000/float64(n1-n0))
	}
	b.ReportMetric(median(ratio), "rate-%")
	b.ReportMetric(median(inspect), "inspect-ms/op")
}

// TestDepositCostsAtMostTwelveFsyncs counts the whole way of one paper: the store's files and folders, and the flushes of
// the catalog. A parent folder of the store that is not there yet costs one more; the papers that come later have it.
func TestDepositCostsAtMostTwelveFsyncs(t *testing.T) {
	h := benchHouse(t, t.TempDir())
	const papers = 20
	for i := range papers {
		store, flushes := h.syncs.Syncs(), h.catalog.Stats().Flushes
		_, err := h.archive.Deposit(context.Background(), archive.System, archive.Deposit{Body: bytes.NewReader(testkit.PDF(1, 200<<10, uint64(i))), Agency: "H15"})
		if err != nil {
			t.Fatal(err)
		}
		store, flushes = h.syncs.Syncs()-store, h.catalog.Stats().Flushes-flushes
		if store+flushes > 12 || store < 5 || flushes < 2 {
			t.Errorf("deposit %d: %d fsyncs of the store, %d flushes of the catalog, want 12 together at most", i, store, flushes)
		}
	}
}

func benchHouse(b testing.TB, dir string) *house {
	b.Helper()
	var o options
	e := &env{stdout: io.Discard, stderr: os.Stderr, getenv: func(string) string { return "" }, lang: "en"}
	fs := o.flags(e, "bench")
	o.working(fs)
	if err := o.parse(e, fs, []string{"--data", dir, "--no-reading"}); err != nil {
		b.Fatal(err)
	}
	h, err := openHouse(context.Background(), e, &o, parts{index: true, working: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { h.Close() })
	return h
}

func inParallel(n int, papers [][]byte, do func(int, []byte)) time.Duration {
	began := time.Now()
	var wg sync.WaitGroup
	next := make(chan int)
	for range n {
		wg.Go(func() {
			for i := range next {
				do(i, papers[i])
			}
		})
	}
	for i := range papers {
		next <- i
	}
	close(next)
	wg.Wait()
	return time.Since(began)
}

// bareObject writes the files of an OCFL object of one version one by one: seven files and three folders, each with its
// fsync, as a tool without a staging area must.
func bareObject(b *testing.B, dir string, paper []byte) {
	files := map[string][]byte{"0=ocfl_object_1.1": []byte("ocfl_object_1.1\n"), "v1/content/original-0001.pdf": paper}
	for _, f := range []string{"inventory.json", "inventory.json.sha256", "v1/inventory.json", "v1/inventory.json.sha256", "v1/content/metadata.json"} {
		files[f] = bytes.Repeat([]byte("x"), 1500)
	}
	dirs := map[string]bool{}
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			b.Error(err)
			return
		}
		if err := writeSynced(path, data); err != nil {
			b.Error(err)
			return
		}
		for d := filepath.Dir(path); len(d) >= len(dir); d = filepath.Dir(d) {
			dirs[d] = true
		}
	}
	for d := range dirs {
		f, err := os.Open(d)
		if err == nil {
			f.Sync()
			f.Close()
		}
	}
}

func writeSynced(path string, data []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

// BenchmarkAcceptedToFindable deposits 20 papers a second while two readers are busy with more than they can read, and
// reports how long it takes from the answer until the paper is found by its fields.
func BenchmarkAcceptedToFindable(b *testing.B) {
	const rate, papers = 20, 200
	s := builtProgram(b).start(b, b.TempDir(), "clerk")
	var lags []float64
	var mu sync.Mutex
	for b.Loop() {
		var wg sync.WaitGroup
		tick := time.NewTicker(time.Second / rate)
		for i := range papers {
			<-tick.C
			wg.Go(func() {
				word := fmt.Sprintf("dautim%dx%d", time.Now().UnixNano(), i)
				scan := testkit.Scan{JPEG: testkit.JPEG(800, 1100, uint64(time.Now().UnixNano())), Width: 800, Height: 1100}
				status, _, msg, err := s.put(word+".pdf", bytes.NewReader(testkit.JPEGPDF(scan)), "&agency=H15")
				if err != nil || status != http.StatusCreated {
					b.Errorf("%d %v %s", status, err, msg)
					return
				}
				for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
					var f found
					s.must(200, "GET", "/api/v1/search?q="+word, nil, &f)
					if len(f.Items) == 1 {
						mu.Lock()
						lags = append(lags, float64(time.Since(began).Milliseconds()))
						mu.Unlock()
						return
					}
				}
			})
		}
		tick.Stop()
		wg.Wait()
	}
	slices.Sort(lags)
	b.ReportMetric(lags[len(lags)/2], "p50-ms")
	b.ReportMetric(lags[len(lags)*99/100], "p99-ms")
}

// BenchmarkStartWith100000Documents fills a house with 100,000 papers' rows and index entries, and reports how long the
// server takes until it listens and how much anonymous memory it holds when it has been left alone.
func BenchmarkStartWith100000Documents(b *testing.B) {
	dir := b.TempDir()
	fill(b, dir, 100_000)
	p := builtProgram(b)
	var start, memory []float64
	for b.Loop() {
		s := p.startWith(b, dir, "none", "--no-reading")
		start = append(start, float64(s.took.Milliseconds()))
		s.must(200, "GET", "/readyz", nil, nil)
		time.Sleep(3 * time.Second)
		own, _ := anonymous(b, s.cmd.Process.Pid)
		memory = append(memory, float64(own)/(1<<20))
		s.stop()
	}
	b.ReportMetric(median(start), "ready-ms")
	b.ReportMetric(median(memory), "idle-MB")
}

// TestIdleServerIsSmall: with papers in it and nothing to do, the server holds at most 80 MB of anonymous memory.
func TestIdleServerIsSmall(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, 5000)
	s := builtProgram(t).startWith(t, dir, "none", "--no-reading")
	time.Sleep(2 * time.Second)
	own, _ := anonymous(t, s.cmd.Process.Pid)
	t.Logf("ready after %s, idle at %d MB", s.took, own>>20)
	if own > 80<<20 {
		t.Errorf("idle server holds %d MB, at most 80", own>>20)
	}
}

// fill puts n papers' rows, events and index entries into a house, without bytes.
func fill(t testing.TB, dir string, n int) {
	t.Helper()
	ctx := context.Background()
	h := benchHouse(t, dir)
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for first := 0; first < n; first += 1000 {
		err := h.archive.Catalog.Update(ctx, func(tx archive.Tx) error {
			for i := first; i < min(n, first+1000); i++ {
				at := day.Add(time.Duration(i) * time.Second)
				d := archive.Document{ID: archive.NewID(), Revision: 1, State: archive.Review, Kind: archive.Result, Custodian: "H15.61", Access: archive.Restricted,
					CreatedAt: at, UpdatedAt: at, Object: 1, Fields: archive.Fields{Type: "QĐ", Number: fmt.Sprint(i), Notation: "QĐ-UBND", Language: "vi",
						IssuedOn: archive.DateOf(at), Subject: fmt.Sprintf("Về việc giải quyết hồ sơ thứ %d của hộ gia đình", i)},
					Versions: []archive.Version{{Number: 1, Digest: archive.DigestOf([]byte(fmt.Sprint(i))), Size: 200 << 10, MediaType: archive.PDF, FileName: "a.pdf",
						Pages: []archive.PageInfo{{Width: 595, Height: 842}}, CreatedAt: at}}}
				if err := tx.Documents().Insert(ctx, d); err != nil {
					return err
				}
				ev := archive.NewEvent(archive.System, archive.EvDeposit, at)
				ev.Document = d.ID
				if err := tx.Events().Append(ctx, ev); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := h.catchUp(ctx); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}
