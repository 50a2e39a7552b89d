package archive

import "context"

// NoteBackup says that actor takes a copy of the whole house away, which only an administrator of the whole province may. The
// event is durable before the first byte goes out.
func (a *Archive) NoteBackup(ctx context.Context, actor Actor) error {
	now := a.Clock.Now()
	if !actor.Role.May(ActStatus) || actor.Agency != "" || !actor.active(now) {
		a.denied(ctx, actor, EvMaintain, "backup", now)
		return ErrForbidden
	}
	ev := NewEvent(actor, EvMaintain, now)
	ev.Object, ev.Detail = "backup", map[string]string{"act": "backup"}
	return a.update(ctx, func(tx Tx) error { return tx.Events().Append(ctx, ev) })
}
