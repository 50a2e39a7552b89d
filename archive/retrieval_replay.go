package archive

import (
	"context"
	"encoding/hex"
	"strconv"
)

// replayRetrieval brings back what an event says of receipts and answers, when a catalog is made again from the store: the papers in
// people's hands go on opening their results. The event of a receipt carries the keyed hash, which is of no use without the key of
// the house; the words of an answer are not in the trail and are lost with a catalog of which there is no backup, its scale is not.
// Grants are not kept: they last minutes.
func replayRetrieval(ctx context.Context, tx Tx, e *Event) error {
	switch {
	case e.Action == EvDossier && e.Detail["act"] == "receipt":
		n, err := strconv.Atoi(e.Detail["number"])
		mac, merr := hex.DecodeString(e.Detail["mac"])
		if err != nil || merr != nil || len(mac) != len(Digest{}) {
			return nil // of no receipt that could open anything
		}
		old, err := tx.Retrievals().Receipt(ctx, e.Dossier)
		if err != nil || old.Number >= n {
			return err
		}
		return tx.Retrievals().Put(ctx, Receipt{Dossier: e.Dossier, Number: n, MAC: Digest(mac), IssuedAt: e.At, IssuedBy: e.ActorID})
	case e.Action == EvRetrieval && e.Detail["act"] == "answered":
		scale, err := strconv.Atoi(e.Detail["scale"])
		if err != nil || scale < 1 || scale > ScaleMost {
			return nil
		}
		old, err := tx.Opinions().Get(ctx, e.Dossier)
		switch {
		case err == nil && !old.At.Before(e.At):
			return nil
		case err != nil && KindOf(err) != NotFound:
			return err
		}
		return tx.Opinions().Put(ctx, Opinion{Dossier: e.Dossier, Custodian: e.Agency, Scale: scale, At: e.At})
	}
	return nil
}
