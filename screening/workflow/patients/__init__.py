"""Who a clinic's patients are: named, found, merged, parted."""
