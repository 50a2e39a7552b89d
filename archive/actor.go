package archive

import "time"

// Role is what an actor is for. Roles are fixed; what each may do is the table in rights.go.
type Role string

const (
	RoleClerk     Role = "clerk"
	RoleChecker   Role = "checker"
	RoleArchivist Role = "archivist"
	RoleAuditor   Role = "auditor"
	RoleAdmin     Role = "admin"
	RoleCitizen   Role = "citizen"
	RoleService   Role = "service" // a neighbour system, by token
	RoleSystem    Role = "system"  // the program itself; never given to an account or a token
)

// Roles lists the roles an account or token can have, in the order a form shows them.
var Roles = []Role{RoleClerk, RoleChecker, RoleArchivist, RoleAuditor, RoleAdmin, RoleService}

// ParseRole accepts the roles an account or token can have.
func ParseRole(s string) (Role, error) {
	for _, r := range Roles {
		if string(r) == s {
			return r, nil
		}
	}
	return "", Fault(Invalid, "unknown_role", Text{"Vai trò không có trong hệ thống.", "There is no such role."})
}

// Actor is who asks: an account, a token, a citizen's grant or the program itself. Acts take an Actor by value; it is
// made once per request by the session room.
type Actor struct {
	ID      ID // account or token
	Name    string
	Role    Role
	Agency  AgencyCode // the top of the scope; zero means the whole province
	From    time.Time  // an auditor's mandate; zero means no bound
	Until   time.Time  // zero means no bound
	Address string     // network address, for the trail
	Request string     // request number, for the trail
	Purpose string     // why, where a rule asks for it
	Program bool       // a token
	Owner   ID         // of a token: the account it lives on
	Proved  time.Time  // of a session: when the person last showed who he is; zero for everything else
	Person  bool       // somebody with an account, to whom work can be given

	scope *scopeSet // agencies below Agency, expanded once per request by Archive.Admit
}

// System is the program acting on its own.
var System = Actor{Name: "sohoa", Role: RoleSystem}
