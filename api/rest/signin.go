package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

// signIns are the operations about how an account comes in: devices, second factor, and what the house asks.
func (s *server) signIns() {
	huma.Register(s.api, operation("list-sessions", http.MethodGet, "/accounts/{id}/sessions", "people", "Devices an account is signed in on, last seen first; for its owner and its administrators"), s.listSessions)
	end := operation("end-sessions", http.MethodDelete, "/accounts/{id}/sessions", "people", "Sign an account out everywhere at once, of the session that asks too")
	end.DefaultStatus = http.StatusNoContent
	huma.Register(s.api, end, s.endSessions)
	one := operation("end-session", http.MethodDelete, "/accounts/{id}/sessions/{session}", "people", "End one session at once")
	one.DefaultStatus = http.StatusNoContent
	huma.Register(s.api, one, s.endSession)
	huma.Register(s.api, operation("get-second-factor", http.MethodGet, "/accounts/{id}/second-factor", "people", "How the second factor of an account stands"), s.getFactor)
	reset := operation("reset-second-factor", http.MethodDelete, "/accounts/{id}/second-factor", "people", "Take a second factor away from somebody who has lost it")
	reset.Description = "Ends the account's sessions at once; its owner is told at the next sign-in."
	reset.DefaultStatus = http.StatusNoContent
	huma.Register(s.api, reset, s.resetFactor)
	adopt := operation("adopt-token", http.MethodPost, "/tokens/{id}/adopt", "people", "Make a token live on the rights of the administrator who asks")
	adopt.Description = "A token ends with the rights of the account it lives on. A token cannot adopt."
	adopt.DefaultStatus = http.StatusNoContent
	huma.Register(s.api, adopt, s.adoptToken)
	huma.Register(s.api, operation("get-sign-in-rules", http.MethodGet, "/sign-in-rules", "people", "What this house asks of those who sign in"), s.getSignInRules)
	rules := operation("set-sign-in-rules", http.MethodPut, "/sign-in-rules", "people", "Change it; for administrators of the whole province", http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType)
	rules.MaxBodyBytes = s.Archive.Limits.MetadataBytes
	huma.Register(s.api, rules, s.setSignInRules)
}

// Session is a device an account is signed in on.
type Session struct {
	ID        string    `json:"id" format:"uuid"`
	Method    string    `json:"method" enum:"password,password_code,password_recovery_code,provider,provider_code,link" doc:"How the person showed who it is"`
	Device    string    `json:"device" doc:"User-Agent"`
	Address   string    `json:"address"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at" doc:"Last use, to the minute"`
	ExpiresAt time.Time `json:"expires_at"`
}

// SessionPage is every session of an account: there are never many.
type SessionPage struct {
	Items []Session `json:"items"`
	Next  string    `json:"next" doc:"Always empty"`
}

type sessionPageOut struct{ Body SessionPage }

func (s *server) listSessions(ctx context.Context, in *accountIDIn) (*sessionPageOut, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	all, err := s.Archive.Sessions(ctx, s.Who(ctx), id)
	if err != nil {
		return nil, err
	}
	out := SessionPage{Items: make([]Session, 0, len(all))}
	for _, x := range all {
		out.Items = append(out.Items, Session{x.ID.String(), x.Method, x.Device, x.Address, local(x.CreatedAt), local(x.SeenAt), local(x.ExpiresAt)})
	}
	return &sessionPageOut{out}, nil
}

func (s *server) endSessions(ctx context.Context, in *accountIDIn) (*struct{}, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.Archive.EndSessions(ctx, s.Who(ctx), id, archive.Digest{})
}

type sessionIDIn struct {
	ID      string `path:"id" doc:"Id of the account"`
	Session string `path:"session" doc:"Id of the session"`
}

func (s *server) endSession(ctx context.Context, in *sessionIDIn) (*struct{}, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	session, err := documentID(in.Session)
	if err != nil {
		return nil, err
	}
	return nil, s.Archive.EndSession(ctx, s.Who(ctx), id, session)
}

// SecondFactor is how the second factor of an account stands.
type SecondFactor struct {
	On       bool `json:"on"`
	Required bool `json:"required" doc:"The role does nothing without one"`
	Recovery int  `json:"recovery_codes" doc:"Recovery codes left"`
}

type factorOut struct{ Body SecondFactor }

func (s *server) getFactor(ctx context.Context, in *accountIDIn) (*factorOut, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	st, err := s.Archive.FactorState(ctx, s.Who(ctx), id)
	return &factorOut{SecondFactor{st.On, st.Asked, st.Recovery}}, err
}

func (s *server) resetFactor(ctx context.Context, in *accountIDIn) (*struct{}, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.Archive.RemoveFactor(ctx, s.Who(ctx), id)
}

func (s *server) adoptToken(ctx context.Context, in *tokenIDIn) (*struct{}, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.Archive.AdoptToken(ctx, s.Who(ctx), id)
}

// SignInRules are what the house asks of those who sign in.
type SignInRules struct {
	SecondFactorRoles []string `json:"second_factor_roles" maxItems:"10" doc:"Roles that do nothing before they have set up a second factor"`
}

type rulesBody struct{ Body SignInRules }

func (s *server) getSignInRules(ctx context.Context, _ *struct{}) (*rulesBody, error) {
	r, err := s.Archive.SignInRules(ctx)
	out := SignInRules{SecondFactorRoles: []string{}}
	for _, role := range r.SecondFactor {
		out.SecondFactorRoles = append(out.SecondFactorRoles, string(role))
	}
	return &rulesBody{out}, err
}

func (s *server) setSignInRules(ctx context.Context, in *rulesBody) (*rulesBody, error) {
	var r archive.SignInRules
	for _, role := range in.Body.SecondFactorRoles {
		r.SecondFactor = append(r.SecondFactor, archive.Role(role))
	}
	if err := s.Archive.SetSignInRules(ctx, s.Who(ctx), r); err != nil {
		return nil, err
	}
	return s.getSignInRules(ctx, nil)
}
