package s3

// DialForTest makes every connection of the store go to one address.
func (c Config) DialForTest(address string) Config {
	c.dial = address
	return c
}
