package indexer

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"

	"sohoa/archive"
)

var benchIndex = flag.String("index", "", "folder of the index that BenchmarkSearch asks, made when it is empty")

var benchPapers = flag.Int("papers", 2000, "papers in the index benchmarks")

// language makes text with the statistics that matter to an index: compounds of one to three syllables under Zipf's law,
// numbers, and the formulas every paper repeats.
type language struct {
	r     *rand.Rand
	zipf  *rand.Zipf
	words []string
}

func newLanguage(seed uint64) *language {
	r := rand.New(rand.NewPCG(seed, 7))
	onsets := strings.Fields("b c ch d đ g gi h k kh l m n ng ngh nh ph qu s t th tr v x r p - -")
	rimes := strings.Fields("a á à ả ạ an án àn ang áng àng anh ành ao áo au âu âm ân ận ây ấy ăn ắt ặc e è em ên ết ệ êu i í ì in ình ích iên iện iết iều o ó on ong ông ộng ốt ơ ở ời ới u ú ủ ung ước ương ường ười ươi ư ứ ừng uyên uyết uyền ua ữa")
	var syllables []string
	for _, o := range onsets {
		for _, v := range rimes {
			syllables = append(syllables, strings.TrimPrefix(o, "-")+v)
		}
	}
	r.Shuffle(len(syllables), func(i, j int) { syllables[i], syllables[j] = syllables[j], syllables[i] })
	common := rand.NewZipf(r, 1.1, 20, uint64(len(syllables)-1))
	l := &language{r: r}
	for range 20000 {
		var w []string
		for range 1 + r.IntN(3) {
			w = append(w, syllables[common.Uint64()])
		}
		l.words = append(l.words, strings.Join(w, " "))
	}
	l.zipf = rand.NewZipf(r, 1.07, 8, uint64(len(l.words)-1))
	return l
}

func (l *language) word() string { return l.words[l.zipf.Uint64()] }

func (l *language) page(words int) string {
	var b strings.Builder
	b.WriteString("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nỦY BAN NHÂN DÂN TỈNH ĐẮK LẮK\n")
	for n := 0; n < words; {
		w := l.word()
		if l.r.IntN(25) == 0 {
			w = fmt.Sprint(l.r.IntN(100000))
		}
		b.WriteString(w)
		n += 1 + strings.Count(w, " ")
		if n%12 == 0 {
			b.WriteString(",\n")
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// entry makes paper n of two or three pages.
func (l *language) entry(n int) archive.Entry {
	texts := make([]archive.PageText, 2+l.r.IntN(2))
	for i := range texts {
		texts[i] = archive.PageText{Number: i + 1, Text: l.page(300)}
	}
	at := time.Date(2020, 1, 1, 0, 0, 0, 0, archive.Zone).AddDate(0, 0, n%2000)
	return archive.Entry{
		Document: archive.Document{
			ID: archive.NewID(), State: archive.States[l.r.IntN(5)], Kind: archive.Result, Access: archive.Restricted,
			Custodian: archive.AgencyCode(fmt.Sprintf("H15.%02d", l.r.IntN(99))), CreatedAt: at,
			Dossier: archive.DossierCode(fmt.Sprintf("H15.%02d-%s-%04d", l.r.IntN(99), at.Format("060102"), n%10000)),
			Fields: archive.Fields{
				Subject: l.word() + " " + l.word() + " " + l.word() + " " + l.word(), Number: fmt.Sprint(n % 3000), Notation: "QĐ-UBND", Type: []string{"QĐ", "TB", "GM", "BC"}[l.r.IntN(4)],
				IssuedOn: archive.DateOf(at), IssuingAgency: archive.AgencyRef{Code: archive.AgencyCode(fmt.Sprintf("H15.%02d", l.r.IntN(99))), Name: "Ủy ban nhân dân xã"},
				Procedure: archive.ProcedureCode(fmt.Sprintf("1.%06d", l.r.IntN(500))), Signer: archive.Signer{Name: "Nguyễn Văn Mẫu"},
			},
		},
		Text: func(context.Context) iter.Seq2[archive.PageText, error] {
			return func(yield func(archive.PageText, error) bool) {
				for _, p := range texts {
					if !yield(p, nil) {
						return
					}
				}
			}
		},
	}
}

func fill(tb testing.TB, ix *Index, papers int) {
	tb.Helper()
	l := newLanguage(1)
	for n := 0; n < papers; {
		var b archive.Batch
		for range min(200, papers-n) {
			b.Put = append(b.Put, l.entry(n))
			n++
		}
		b.Upto = int64(n)
		if err := ix.Apply(context.Background(), b); err != nil {
			tb.Fatal(err)
		}
	}
}

func size(tb testing.TB, dir string) (n int64) {
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLayout compares the ways to keep phrases: bytes and processor time per paper. The time of making the text is
// measured apart and taken off.
func BenchmarkLayout(b *testing.B) {
	for _, tt := range []struct {
		name   string
		layout layout
	}{{"steps", layout{}}, {"positions", layout{plainPositions: true}}, {"pairs", layout{pairs: true}}} {
		b.Run(tt.name, func(b *testing.B) {
			for range b.N {
				before := cpu()
				l := newLanguage(1)
				for n := range *benchPapers {
					l.entry(n)
				}
				making := cpu() - before
				dir := b.TempDir()
				ix, err := Open(dir, Options{layout: tt.layout})
				if err != nil {
					b.Fatal(err)
				}
				before = cpu()
				fill(b, ix, *benchPapers)
				if err := ix.shards[0].settle(context.Background()); err != nil {
					b.Fatal(err)
				}
				spent := cpu() - before - making
				b.ReportMetric(float64(*benchPapers)/spent.Seconds(), "papers/cpu-s")
				// One segment, so that sizes do not depend on how far merging had got.
				adv, err := ix.shards[0].index.Advanced()
				if err != nil {
					b.Fatal(err)
				}
				if err := adv.(*scorch.Scorch).ForceMerge(b.Context(), nil); err != nil {
					b.Fatal(err)
				}
				if err := ix.Close(); err != nil {
					b.Fatal(err)
				}
				again, err := Open(dir, Options{}) // removes the files that the merge left behind
				if err != nil {
					b.Fatal(err)
				}
				if err := again.Close(); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(size(b, dir))/float64(*benchPapers), "B/paper")
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.HeapSys)/(1<<20), "heap-MB")
			}
		})
	}
}

// BenchmarkSearch answers questions of frequent and rare words over one index.
func BenchmarkSearch(b *testing.B) {
	dir := b.TempDir()
	if *benchIndex != "" {
		dir = *benchIndex
	}
	ix, err := Open(dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer ix.Close()
	if n, _ := ix.Count(b.Context()); n == 0 {
		fill(b, ix, *benchPapers)
	}
	l := newLanguage(1)
	top := l.words[:200]
	rare := l.words[8000:]
	see := archive.Visibility{Custodians: custodians(60), Accesses: []archive.Access{archive.Public, archive.Restricted}, States: archive.States[:8]}
	pick := func(from []string, n int) string {
		var out []string
		for range n {
			out = append(out, from[l.r.IntN(len(from))])
		}
		return strings.Join(out, " ")
	}
	for _, tt := range []struct {
		name string
		ask  func() archive.Query
	}{
		{"frequent words", func() archive.Query { return archive.Query{Text: pick(top, 2)} }},
		{"frequent words, facets", func() archive.Query {
			return archive.Query{Text: pick(top, 2), Facets: archive.FacetNames}
		}},
		{"frequent words, newest", func() archive.Query { return archive.Query{Text: pick(top, 2), Sort: archive.ByNewest} }},
		{"frequent and rare", func() archive.Query { return archive.Query{Text: pick(top, 1) + " " + pick(rare, 1)} }},
		{"frequent phrase", func() archive.Query { return archive.Query{Text: `"` + pick(top, 1) + `"`} }},
		{"formula phrase", func() archive.Query { return archive.Query{Text: `"ủy ban nhân dân tỉnh"`} }},
		{"rare phrase", func() archive.Query { return archive.Query{Text: `"` + pick(rare, 1) + `"`} }},
		{"prefix", func() archive.Query { return archive.Query{Text: "12*"} }},
	} {
		b.Run(strings.ReplaceAll(tt.name, " ", "_"), func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				q := tt.ask()
				q.See = see
				began := time.Now()
				if _, err := ix.Search(b.Context(), q); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}

func custodians(n int) []archive.AgencyCode {
	var out []archive.AgencyCode
	for i := range n {
		out = append(out, archive.AgencyCode(fmt.Sprintf("H15.%02d", i)))
	}
	return out
}
