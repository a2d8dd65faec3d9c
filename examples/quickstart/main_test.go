package main

func Example() {
	main()
	// Output:
	// read true
	// approve false
}
