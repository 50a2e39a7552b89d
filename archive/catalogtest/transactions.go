package catalogtest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"sohoa/archive"
)

var errMine = errors.New("mine")

func set(tx archive.Tx, name, value string) error { return tx.Settings().Set(background, name, value) }

func (b bench) setting(name string) (value string) {
	b.Helper()
	b.view(func(tx archive.Tx) (err error) {
		value, err = tx.Settings().Get(b.Context(), name)
		if errors.Is(err, archive.ErrNotFound) {
			value, err = "", nil
		}
		return err
	})
	return value
}

var transactionTests = []test{
	{"an update is seen by the next view", func(b bench) {
		b.update(func(tx archive.Tx) error { return set(tx, "a", "1") })
		same(b.T, "setting", b.setting("a"), "1")
	}},
	{"an update sees its own writes", func(b bench) {
		b.update(func(tx archive.Tx) error {
			if err := set(tx, "a", "1"); err != nil {
				return err
			}
			v, err := tx.Settings().Get(b.Context(), "a")
			same(b.T, "setting", v, "1")
			return err
		})
	}},
	{"an error leaves nothing and comes back as it is", func(b bench) {
		err := b.c.Update(b.Context(), func(tx archive.Tx) error {
			if err := set(tx, "a", "1"); err != nil {
				return err
			}
			return errMine
		})
		if !errors.Is(err, errMine) {
			b.Errorf("got %v, want the function's own error", err)
		}
		same(b.T, "setting", b.setting("a"), "")
	}},
	{"an expected refusal does not end the transaction", func(b bench) {
		d := paper()
		b.insert(d)
		b.update(func(tx archive.Tx) error {
			wantError(b.T, tx.Documents().Insert(b.Context(), d), archive.Conflict, "")
			return set(tx, "a", "1")
		})
		same(b.T, "setting", b.setting("a"), "1")
	}},
	{"a view cannot write", func(b bench) {
		err := b.c.View(b.Context(), func(tx archive.Tx) error { return set(tx, "a", "1") })
		if err == nil {
			b.Error("a write in a view went through")
		}
		same(b.T, "setting", b.setting("a"), "")
	}},
	{"a view is of one moment", func(b bench) {
		b.update(func(tx archive.Tx) error { return set(tx, "a", "1") })
		b.view(func(tx archive.Tx) error {
			if _, err := tx.Settings().Get(b.Context(), "a"); err != nil {
				return err
			}
			b.update(func(tx archive.Tx) error { return set(tx, "a", "2") })
			v, err := tx.Settings().Get(b.Context(), "a")
			same(b.T, "setting inside the view", v, "1")
			return err
		})
		same(b.T, "setting after it", b.setting("a"), "2")
	}},
	{"a panic leaves nothing, goes on in the caller and harms nobody else", func(b bench) {
		func() {
			defer func() {
				if recover() == nil {
					b.Error("the panic did not come back")
				}
			}()
			b.c.Update(b.Context(), func(tx archive.Tx) error {
				if err := set(tx, "a", "1"); err != nil {
					return err
				}
				panic("of the function")
			})
		}()
		same(b.T, "setting", b.setting("a"), "")
		b.update(func(tx archive.Tx) error { return set(tx, "b", "1") })
	}},
	{"a goroutine that ends inside an update harms nobody else", func(b bench) {
		var wg sync.WaitGroup
		wg.Go(func() {
			b.c.Update(b.Context(), func(tx archive.Tx) error {
				if err := set(tx, "a", "1"); err != nil {
					return err
				}
				runtime.Goexit()
				return nil
			})
		})
		wg.Wait()
		same(b.T, "setting", b.setting("a"), "")
		b.update(func(tx archive.Tx) error { return set(tx, "b", "1") })
	}},
	{"a transaction kept after its end is refused", func(b bench) {
		var kept archive.Tx
		b.update(func(tx archive.Tx) error { kept = tx; return nil })
		if set(kept, "a", "1") == nil {
			b.Error("a write after the end went through")
		}
		same(b.T, "setting", b.setting("a"), "")
	}},
	{"a context that has ended runs nothing", func(b bench) {
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		ran := false
		err := b.c.Update(ctx, func(tx archive.Tx) error { ran = true; return nil })
		if !errors.Is(err, context.Canceled) || ran {
			b.Errorf("got %v, ran %v", err, ran)
		}
		err = b.c.View(ctx, func(tx archive.Tx) error { ran = true; return nil })
		if !errors.Is(err, context.Canceled) || ran {
			b.Errorf("view: got %v, ran %v", err, ran)
		}
	}},
	{"a context that ends inside an update leaves nothing of it and all of the others", func(b bench) {
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(b.Context())
				defer cancel()
				name := fmt.Sprint("n", i)
				err := b.c.Update(ctx, func(tx archive.Tx) error {
					if err := tx.Settings().Set(ctx, name, "1"); err != nil {
						return err
					}
					if i%2 == 0 {
						cancel()
					}
					return tx.Settings().Set(ctx, name+"x", "1")
				})
				if i%2 == 0 && !errors.Is(err, context.Canceled) || i%2 == 1 && err != nil {
					b.Errorf("update %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		for i := range 20 {
			want := ""
			if i%2 == 1 {
				want = "1"
			}
			same(b.T, fmt.Sprint("setting ", i), b.setting(fmt.Sprint("n", i)), want)
		}
	}},
	{"views and updates whose context ends at any moment harm no other", func(b bench) {
		b.insert(paper(), paper(), paper())
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := range 25 {
					ctx, cancel := context.WithCancel(b.Context())
					work := func(tx archive.Tx) error {
						for range 3 {
							if _, err := tx.Documents().Browse(ctx, everything, archive.Filter{}); err != nil {
								return err
							}
						}
						return nil
					}
					ends := (w+i)%2 == 0
					if ends {
						go cancel()
					}
					run := b.c.View
					if w%4 == 0 {
						run = b.c.Update
					}
					if err := run(ctx, work); err != nil && !(ends && errors.Is(err, context.Canceled)) {
						b.Errorf("ends %v: %v", ends, err)
					}
					cancel()
				}
			})
		}
		wg.Wait()
	}},
	{"updates that read and write the same row do not lose one another", func(b bench) {
		b.update(func(tx archive.Tx) error { return set(tx, "n", "0") })
		var wg sync.WaitGroup
		const people, times = 8, 10
		for range people {
			wg.Go(func() {
				for range times {
					if err := b.c.Update(b.Context(), func(tx archive.Tx) error {
						v, err := tx.Settings().Get(b.Context(), "n")
						if err != nil {
							return err
						}
						n := 0
						fmt.Sscan(v, &n)
						return set(tx, "n", fmt.Sprint(n+1))
					}); err != nil {
						b.Error(err)
					}
				}
			})
		}
		wg.Wait()
		same(b.T, "count", b.setting("n"), fmt.Sprint(people*times))
	}},
	{"a closed catalog is unavailable", func(b bench) {
		if err := b.c.Ping(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := b.c.Close(); err != nil {
			b.Fatal(err)
		}
		none := func(tx archive.Tx) error { return set(tx, "a", "1") }
		wantError(b.T, b.c.Update(b.Context(), none), archive.Unavailable, "")
		wantError(b.T, b.c.View(b.Context(), none), archive.Unavailable, "")
		wantError(b.T, b.c.Ping(b.Context()), archive.Unavailable, "")
	}},
}
