"""Speed against its bars: each module measures one thing beside its plain counterpart, interleaved in one process."""
