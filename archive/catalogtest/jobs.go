package catalogtest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"sohoa/archive"
)

const jobRead, jobOther = archive.JobRead, archive.JobKind("other")

func job(key string, change ...func(*archive.Job)) archive.Job {
	j := archive.Job{ID: archive.NewID(), Kind: jobRead, Key: key, Document: archive.NewID(), Version: 2, RunAt: at(0), Total: 9, CreatedAt: at(0)}
	for _, c := range change {
		c(&j)
	}
	return j
}

func (b bench) enqueue(js ...archive.Job) {
	b.Helper()
	b.update(func(tx archive.Tx) error {
		for _, j := range js {
			if err := tx.Jobs().Enqueue(b.Context(), j); err != nil {
				return err
			}
		}
		return nil
	})
}

const lease = 10 * time.Minute

func (b bench) claim(node string, now time.Time) (j archive.Job, err error) {
	err = b.c.Update(b.Context(), func(tx archive.Tx) (err error) {
		j, err = tx.Jobs().Claim(b.Context(), node, []archive.JobKind{jobRead}, now, lease)
		return err
	})
	return j, err
}

func (b bench) claimed(node string, now time.Time) archive.Job {
	b.Helper()
	j, err := b.claim(node, now)
	if err != nil {
		b.Fatal(err)
	}
	return j
}

func (b bench) noJob(now time.Time) {
	b.Helper()
	if j, err := b.claim("nobody", now); !errors.Is(err, archive.ErrNoJob) {
		b.Fatalf("got job %q, %v; want ErrNoJob", j.Key, err)
	}
}

func (b bench) jobCounts(now time.Time) (c archive.JobCounts) {
	b.Helper()
	b.view(func(tx archive.Tx) error {
		m, err := tx.Jobs().Counts(b.Context(), now)
		c = m[jobRead]
		return err
	})
	return c
}

var jobTests = []test{
	{"a claim tells everything and counts", func(b bench) {
		j := job("a", func(j *archive.Job) { j.Priority = 3 })
		b.enqueue(j)
		want := j
		want.Attempts, want.Node, want.LeaseUntil = 1, "n1", at(1).Add(lease)
		same(b.T, "job", b.claimed("n1", at(1)), want)
		b.noJob(at(1))
	}},
	{"one unfinished job per kind and key", func(b bench) {
		first := job("a")
		b.enqueue(first, job("a"), job("a", func(j *archive.Job) { j.Kind = jobOther }))
		same(b.T, "job", b.claimed("n1", at(1)).ID, first.ID)
		b.enqueue(job("a")) // running is unfinished too
		b.noJob(at(1))
		b.update(func(tx archive.Tx) error {
			j, err := tx.Jobs().Claim(b.Context(), "n1", []archive.JobKind{jobRead, jobOther}, at(1), lease)
			same(b.T, "kind", j.Kind, jobOther)
			return err
		})
	}},
	{"the most urgent first, then the longest due", func(b bench) {
		b.enqueue(job("late", func(j *archive.Job) { j.RunAt = at(2) }), job("early", func(j *archive.Job) { j.RunAt = at(1) }),
			job("urgent", func(j *archive.Job) { j.RunAt, j.Priority = at(3), 5 }), job("future", func(j *archive.Job) { j.RunAt, j.Priority = at(30), 9 }))
		for _, want := range []string{"urgent", "early", "late"} {
			same(b.T, "key", b.claimed("n1", at(3)).Key, want)
		}
		b.noJob(at(3))
		same(b.T, "key", b.claimed("n1", at(30)).Key, "future")
	}},
	{"a lease that ran out is another's to take, and the first holder is told", func(b bench) {
		b.enqueue(job("a"))
		lost := b.claimed("n1", at(0))
		b.noJob(at(9))
		j := b.claimed("n2", at(10))
		same(b.T, "attempts", j.Attempts, 2)
		same(b.T, "counts", b.jobCounts(at(10)), archive.JobCounts{Running: 1})
		for name, act := range map[string]func(tx archive.Tx) error{
			"progress": func(tx archive.Tx) error { return tx.Jobs().Progress(b.Context(), lost, at(20)) },
			"finish":   func(tx archive.Tx) error { return tx.Jobs().Finish(b.Context(), lost) },
			"retry":    func(tx archive.Tx) error { return tx.Jobs().Retry(b.Context(), lost, at(20), "x") },
			"fail":     func(tx archive.Tx) error { return tx.Jobs().Fail(b.Context(), lost, "x") },
			"release":  func(tx archive.Tx) error { return tx.Jobs().Release(b.Context(), lost) },
		} {
			if err := b.c.Update(b.Context(), act); archive.KindOf(err) != archive.Conflict {
				b.Errorf("%s by the first holder: %v", name, err)
			}
		}
		b.update(func(tx archive.Tx) error { return tx.Jobs().Finish(b.Context(), j) })
		b.noJob(at(100))
	}},
	{"the same node's former claim is a former claim", func(b bench) {
		b.enqueue(job("a"))
		lost := b.claimed("n1", at(0))
		b.claimed("n1", at(10))
		b.refused(archive.Conflict, "", func(tx archive.Tx) error { return tx.Jobs().Finish(b.Context(), lost) })
	}},
	{"progress renews the lease", func(b bench) {
		b.enqueue(job("a"))
		j := b.claimed("n1", at(0))
		j.Done, j.Total = 4, 8
		b.update(func(tx archive.Tx) error { return tx.Jobs().Progress(b.Context(), j, at(15)) })
		b.noJob(at(14))
		again := b.claimed("n2", at(15))
		same(b.T, "done", [2]int{again.Done, again.Total}, [2]int{4, 8})
	}},
	{"a retry waits, says why and keeps its attempts", func(b bench) {
		b.enqueue(job("a"))
		j := b.claimed("n1", at(0))
		b.update(func(tx archive.Tx) error { return tx.Jobs().Retry(b.Context(), j, at(5), "giấy kẹt") })
		b.noJob(at(4))
		again := b.claimed("n2", at(5))
		same(b.T, "attempts", again.Attempts, 2)
		same(b.T, "why", again.LastError, "giấy kẹt")
	}},
	{"a failed job stays to be seen, and makes room for another", func(b bench) {
		b.enqueue(job("a"))
		j := b.claimed("n1", at(0))
		b.update(func(tx archive.Tx) error { return tx.Jobs().Fail(b.Context(), j, "x") })
		b.noJob(at(100))
		same(b.T, "counts", b.jobCounts(at(100)), archive.JobCounts{Failed: 1})
		b.enqueue(job("a"))
		next := b.claimed("n1", at(100))
		b.update(func(tx archive.Tx) error { return tx.Jobs().Finish(b.Context(), next) })
		same(b.T, "counts when it was done after all", b.jobCounts(at(100)), archive.JobCounts{})
	}},
	{"a release is as if there had been no claim", func(b bench) {
		j := job("a")
		b.enqueue(j)
		held := b.claimed("n1", at(1))
		b.update(func(tx archive.Tx) error { return tx.Jobs().Release(b.Context(), held) })
		same(b.T, "attempts", b.claimed("n2", at(1)).Attempts, 1)
	}},
	{"hasten makes what waits due, of that kind", func(b bench) {
		b.enqueue(job("a", func(j *archive.Job) { j.RunAt = at(50) }), job("b", func(j *archive.Job) { j.RunAt, j.Kind = at(50), jobOther }))
		b.noJob(at(1))
		b.update(func(tx archive.Tx) error { return tx.Jobs().Hasten(b.Context(), jobRead, at(1)) })
		same(b.T, "key", b.claimed("n1", at(1)).Key, "a")
		b.view(func(tx archive.Tx) error {
			m, err := tx.Jobs().Counts(b.Context(), at(1))
			same(b.T, "other", m[jobOther], archive.JobCounts{Later: 1})
			return err
		})
	}},
	{"counts say where jobs stand", func(b bench) {
		b.enqueue(job("a", func(j *archive.Job) { j.CreatedAt = at(-5) }), job("b", func(j *archive.Job) { j.CreatedAt = at(-9) }), job("c", func(j *archive.Job) { j.RunAt = at(99) }))
		same(b.T, "counts", b.jobCounts(at(0)), archive.JobCounts{Due: 2, Later: 1, Oldest: at(-9)})
		b.claimed("n1", at(0))
		same(b.T, "one running", b.jobCounts(at(0)).Running, 1)
		same(b.T, "its lease over", b.jobCounts(at(10)).Running, 0)
	}},
	{"many workers never hold the same job", func(b bench) {
		const n = 40
		var js []archive.Job
		for i := range n {
			js = append(js, job(fmt.Sprint(i)))
		}
		b.enqueue(js...)
		var mu sync.Mutex
		got := map[string]int{}
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for {
					j, err := b.claim(fmt.Sprint("n", w), at(0))
					if errors.Is(err, archive.ErrNoJob) {
						return
					}
					if err != nil {
						b.Error(err)
						return
					}
					mu.Lock()
					got[j.Key]++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		for i := range n {
			same(b.T, fmt.Sprint("claims of job ", i), got[fmt.Sprint(i)], 1)
		}
	}},
}
