using EndToEnd.Tests.Systemd;

namespace EndToEnd.Tests.Packages;

/// <summary>
/// A machine with a bare Debian, which <c>make test-packages</c> makes by debootstrap, and no network to get a package from. The
/// packages of reuseportd are in <see cref="Folder"/>.
/// </summary>
public sealed class PackageMachine() : Machine(System.IO.Path.Combine(Checkout.Out, "packages/root"))
{
    internal const string Folder = "/packages";

    private protected override string Preparation => $"""
        mkdir .{Folder}
        cp "$out"/deb/*.deb .{Folder}
        """;
}
