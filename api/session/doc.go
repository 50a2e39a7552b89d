// Package session says who is asking: people by a cookie that a password earned, programs by a token. Passwords are kept
// as argon2id, cookies and tokens as SHA-256 of 256 random bits, so that a stolen catalog opens no door.
package session
