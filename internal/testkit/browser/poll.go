package browser

import (
	"context"
	"time"

	"github.com/chromedp/chromedp"
)

// poll asks an expression until it is true or the step's time is over. A page that is being replaced makes single questions fail,
// which only means that it must be asked again; the last such error is told when time runs out.
func (p *Page) poll(expression string) func(context.Context, *chromedp.Target) error {
	return func(ctx context.Context, tab *chromedp.Target) error {
		tick := time.NewTicker(30 * time.Millisecond)
		defer tick.Stop()
		for {
			// A question to a page that is just going away may stay without an answer: it is given up and asked again.
			once, cancel := context.WithTimeout(ctx, patience/6)
			yes, err := chromedp.Evaluate[bool]("!!("+expression+")")(once, tab)
			cancel()
			if err == nil && yes {
				return nil
			}
			select {
			case <-ctx.Done():
				if err != nil {
					return err
				}
				return ctx.Err()
			case <-tick.C:
			}
		}
	}
}
