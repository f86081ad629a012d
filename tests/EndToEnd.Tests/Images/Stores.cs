namespace EndToEnd.Tests.Images;

/// <summary>Podman as root and as an ordinary user, with the images of <c>make image</c>.</summary>
public sealed class Stores : IAsyncLifetime
{
    /// <summary>The values of a theory's argument.</summary>
    public const string Root = "root", Rootless = "rootless";

    private readonly Dictionary<string, Podman> _stores = [];

    public async ValueTask InitializeAsync()
    {
        foreach (var user in (string[])[Root, Rootless]) _stores[user] = await Podman.StartAsync(rootless: user == Rootless);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values) await store.DisposeAsync();
    }

    /// <summary>
    /// Skips the test if that user cannot run containers here. Root must be able to: else each test would be skipped.
    /// </summary>
    internal Podman Of(string user)
    {
        var store = _stores[user];
        if (user == Root && Environment.IsPrivilegedProcess) Assert.Null(store.Obstacle);
        if (store.Obstacle is { } obstacle) Assert.Skip(obstacle);
        return store;
    }
}

/// <summary>All tests of images, in sequence: each has a container.</summary>
[CollectionDefinition]
public sealed class StoresCollection : ICollectionFixture<Stores>;
