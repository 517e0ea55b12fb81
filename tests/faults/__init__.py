"""The promises under fire (故障证明): processes die, disks fill, senders repeat themselves, and no receipt is a lie."""
