def test_upgrade(store):
    assert store.row_counts()["stream"] == 0
