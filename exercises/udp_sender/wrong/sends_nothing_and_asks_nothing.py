# fault: it neither reads its input nor looks at its arguments, and sends nothing
# cause: nothing_sent; exited_early in end_of_input; error_ignored in too_large, bad_arguments
# fails: one_datagram, utf8_text, nobody_listens, ephemeral_port, empty_line, end_of_input, largest_datagram, too_large, bad_arguments

print("hello")
