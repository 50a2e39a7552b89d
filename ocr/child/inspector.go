package child

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"sohoa/archive"
	"sohoa/internal/sandbox"
)

// Inspector is archive.Inspector over a pool of children.
type Inspector struct {
	limits archive.InspectLimits
	pool   *sandbox.Pool
}

var _ archive.Inspector = (*Inspector)(nil)

func (o Options) inspectProfile() sandbox.Profile {
	p := sandbox.Inspector(roleInspect)
	p.Time = o.Limits.Inspect.Time
	p.Memory = o.Limits.Inspect.Memory
	p.MessageBytes = 8 << 20 // 5,000 pages and their findings are below 2 MB
	return p
}

// NewInspector makes an Inspector. The caller closes it. No child is started before the first paper.
func NewInspector(o Options) *Inspector {
	o = o.withDefaults()
	return &Inspector{limits: o.Limits.Inspect, pool: sandbox.New(o.pool(o.inspectProfile(), o.Inspectors))}
}

// Inspect implements archive.Inspector. A child that dies costs the paper one retry; a second death, a limit crossed or an
// answer that makes no sense is a refusal.
func (i *Inspector) Inspect(ctx context.Context, f *os.File, req archive.InspectRequest) (archive.Inspection, error) {
	if req.Limits.Time <= 0 || req.Limits.Time > i.limits.Time {
		req.Limits.Time = i.limits.Time
	}
	if req.Limits.Memory <= 0 || req.Limits.Memory > i.limits.Memory {
		req.Limits.Memory = i.limits.Memory
	}
	body, err := json.Marshal(inspectMessage{Request: req})
	if err != nil {
		return archive.Inspection{}, fmt.Errorf("encode inspection request: %w", err)
	}
	pages := req.Limits.WithDefaults().Pages
	var verdict *archive.Inspection
	err = i.pool.Do(ctx, sandbox.Task{
		Body:   body,
		Files:  []sandbox.File{{File: f}},
		Time:   req.Limits.Time,
		Memory: req.Limits.Memory,
		Each: func(b []byte) error {
			v, ok := parseVerdict(b, pages)
			if verdict != nil || !ok {
				return sandbox.ErrMessage
			}
			verdict = &v
			return nil
		},
	})
	if err == nil && verdict == nil {
		err = fmt.Errorf("inspect: %w: no verdict", sandbox.ErrMessage)
	}
	if err == nil {
		return *verdict, nil
	}
	if ctx.Err() != nil {
		return archive.Inspection{}, context.Cause(ctx)
	}
	if fate, lost := fateOf(err); lost {
		return archive.Inspection{Refusal: fate.refusal, Findings: []archive.Finding{fate.finding(0)}}, nil
	}
	return archive.Inspection{}, outward(err)
}

// Level returns the level of the sandbox, with reasons when it is not full. It starts a child when there was none.
func (i *Inspector) Level(ctx context.Context) (sandbox.Level, []string, error) {
	level, notes, err := i.pool.Level(ctx)
	if err != nil {
		err = outward(err)
	}
	return level, notes, err
}

// Stats count what became of the children.
func (i *Inspector) Stats() sandbox.Stats { return i.pool.Stats() }

// Close waits for running inspections and stops the children.
func (i *Inspector) Close() error { return i.pool.Close() }
