package archive

import (
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// Disk is one file system the house writes to.
type Disk struct {
	Uses  []string // what lies on it: store, spool, catalog, derived, index …
	Free  int64    // bytes this program may still write
	Total int64
	Warn  bool // fuller than Limits.DiskWarn: administrators are told
	Full  bool // less than the reserve is left: no paper is taken in
}

// Disks asks the system how much room there is. Implementations are quick and safe for concurrent use; Warn and Full are not
// theirs to say.
type Disks interface {
	Disks() ([]Disk, error)
}

// diskEvery is how long an answer of the system is good for: at the speed of a fast disk less than the reserve is written
// meanwhile.
const diskEvery = 3 * time.Second

// guardEvery is after how many bytes of a body the disk is looked at again.
const guardEvery = 8 << 20

// calm is how far a disk has to move away from a bound before it counts as having left it, so that one that stands at the
// bound is not reported again and again.
const calm = 0.01

type diskWatch struct {
	mu    sync.Mutex
	asked time.Time
	last  []Disk
	level map[string]int // by uses, as it was reported last: 0 room, 1 warned, 2 full
}

// Disks returns the file systems of this house as they were a few seconds ago at most; none when nobody looks. What
// crossed a bound since is logged, once.
func (a *Archive) Disks() []Disk {
	if a.Config.Disks == nil {
		return nil
	}
	w := &a.disks
	w.mu.Lock()
	defer w.mu.Unlock()
	now := a.Clock.Now()
	if w.level != nil && now.Sub(w.asked) < diskEvery && !now.Before(w.asked) {
		return w.last
	}
	w.asked = now
	if w.level == nil {
		w.level = map[string]int{}
	}
	ds, err := a.Config.Disks.Disks()
	if err != nil { // what cannot be measured refuses nothing: a disk that is really full says so itself
		a.Log.Error("look at disks", "err", err)
		w.last = nil
		return nil
	}
	for i := range ds {
		d := &ds[i]
		d.Warn, d.Full = a.fullness(d, 0) > 0, a.fullness(d, 0) > 1
		name := strings.Join(d.Uses, ", ")
		was, is := w.level[name], a.fullness(d, 0)
		if is < was {
			is = min(was, a.fullness(d, calm))
		}
		if is == was {
			continue
		}
		w.level[name] = is
		log, text := a.Log.Info, "there is room on the disk again"
		switch {
		case is == 2:
			log, text = a.Log.Error, "the disk is full up to the reserve: no paper is taken in until there is room"
		case is == 1 && was == 0:
			log, text = a.Log.Warn, "the disk is filling up"
		case is == 1:
			log, text = a.Log.Warn, "papers are taken in again; the disk is still nearly full"
		}
		log(text, "disk", name, "free", d.Free, "total", d.Total)
	}
	w.last = ds
	return ds
}

// fullness is 2 when less than the reserve is left, 1 when administrators are to be warned, else 0. Slack moves both bounds.
func (a *Archive) fullness(d *Disk, slack float64) int {
	free := float64(d.Free) - slack*float64(d.Total)
	switch {
	case d.Total <= 0:
		return 0
	case free < a.reserve(d):
		return 2
	case 1-free/float64(d.Total) >= a.Limits.DiskWarn:
		return 1
	}
	return 0
}

// reserve is how many bytes of a disk are left alone: never more than a tenth of it, so that a small file system of its own
// for the index is not called full when it is empty.
func (a *Archive) reserve(d *Disk) float64 {
	r := a.Limits.DiskReserve
	if r < 1 {
		return r * float64(d.Total)
	}
	return min(r, float64(d.Total)/10)
}

var errDiskFull = Fault(Unavailable, "storage_full", Text{
	"Ổ đĩa sắp đầy nên hệ thống tạm ngừng nhận giấy tờ. Chưa lưu gì của tệp này; xin báo quản trị rồi gửi lại sau.",
	"The disk is nearly full, so no papers are taken in for now. Nothing of this file was kept; please tell the administrator and send it again later."})

// roomOnDisk refuses with storage_full when a disk of the house stands at its reserve, or would with size more bytes where
// papers are written.
func (a *Archive) roomOnDisk(size int64) error {
	for _, d := range a.Disks() {
		if d.Full {
			return errDiskFull
		}
		if slices.Contains(d.Uses, "store") || slices.Contains(d.Uses, "spool") {
			if d.Free -= size; a.fullness(&d, 0) > 1 {
				return errDiskFull
			}
		}
	}
	return nil
}

// StorageFull reports whether a disk of the house stands at its reserve, so that no paper is taken in.
func (a *Archive) StorageFull() bool { return a.roomOnDisk(0) != nil }

// guarded stops a body when the disk has come to its reserve meanwhile: bodies whose length nobody announced, and many at
// once that each had room alone.
type guarded struct {
	io.Reader
	a    *Archive
	left int
}

func (g *guarded) Read(p []byte) (int, error) {
	if g.left <= 0 {
		if err := g.a.roomOnDisk(0); err != nil {
			return 0, err
		}
		g.left = guardEvery
	}
	n, err := g.Reader.Read(p)
	g.left -= n
	return n, err
}
