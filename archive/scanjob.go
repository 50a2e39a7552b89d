package archive

import (
	"context"
	"time"
)

const (
	scanLease  = 15 * time.Minute // the largest file through scanner and inspector, with room; shorter only costs a second look
	scanTries  = 10               // a scanner that answers and still does not judge a file is asked less often: it is too large for it
	scanRarely = time.Hour        // until somebody sets its limits higher, or a checker discards the paper
	scanPause  = 5 * time.Second
)

// runScanner scans what was quarantined unseen as soon as the scanner answers, and releases what passes.
func (a *Archive) runScanner(ctx context.Context) {
	for ctx.Err() == nil {
		err := a.Scanner.Ready(ctx)
		if err == nil {
			err = a.ScanNext(ctx)
		}
		if err != nil {
			pause(ctx, scanPause)
		}
	}
}

// ScanNext takes one waiting paper out of quarantine when it passes now, and leaves it there with what was found when it
// does not. ErrNoJob when none is due; another error when the paper was not judged and is tried again later.
func (a *Archive) ScanNext(ctx context.Context) error {
	var job Job
	var d Document
	err := a.Catalog.Update(ctx, func(tx Tx) (err error) {
		if job, err = tx.Jobs().Claim(ctx, a.Node, []JobKind{JobScan}, a.Clock.Now(), scanLease); err != nil {
			return err
		}
		d, err = tx.Documents().Get(ctx, job.Document)
		return err
	})
	if err != nil {
		return err
	}
	if d.State == Quarantined && hasFinding(d.Findings, FindingNotScanned) {
		_, err = a.release(ctx, System, d, "", func(ctx context.Context, tx Tx, _ Document) error { return tx.Jobs().Finish(ctx, job) })
		if err == nil {
			a.Log.Info("scanned and released", "document", d.ID)
			return nil
		}
	}
	c, cancel := settle(ctx)
	defer cancel()
	done := err == nil || KindOf(err) == Unprocessable // there is nothing to do, or it stays with what was found
	again := a.Catalog.Update(c, func(tx Tx) error {
		switch {
		case ctx.Err() != nil:
			return tx.Jobs().Release(c, job)
		case done:
			return tx.Jobs().Finish(c, job)
		}
		wait := scanRarely
		if job.Attempts < scanTries {
			wait = backoff(job.Attempts)
		}
		return tx.Jobs().Retry(c, job, a.Clock.Now().Add(wait), err.Error())
	})
	if done {
		return again
	}
	a.Log.Warn("scan quarantined paper", "document", d.ID, "err", err)
	if again != nil {
		return again
	}
	return err
}
