using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary><c>make install</c> and <c>make uninstall</c>.</summary>
internal static class Installation
{
    /// <param name="arguments">Target and variables.</param>
    public static async Task MakeAsync(params string[] arguments)
    {
        var made = await Command.RunAsync(
            "make", ["--silent", "--directory", Checkout.Folder, $"OUT={Checkout.Out}", .. arguments]);
        Assert.True(made.Code == 0, made.Error);
    }
}
