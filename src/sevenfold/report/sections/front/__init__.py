"""The front of the page: title, notices, abstract and contents."""
