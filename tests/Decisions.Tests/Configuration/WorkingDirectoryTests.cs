using Reuseportd.Configuration.Loading;
using Reuseportd.Model;

namespace Decisions.Tests.Configuration;

/// <summary>A relative <c>working_dir</c> starts in the folder of its file.</summary>
public sealed class WorkingDirectoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("reuseportd.yaml", ".", "")]
    [InlineData("reuseportd.yaml", "./www/{worker}", "/www/3")]
    [InlineData("services.d/web.yaml", ".", "/services.d")]
    [InlineData("services.d/web.yaml", "../www/", "/www/")]
    [InlineData("services.d/web.yaml", "..", "")]
    [InlineData("services.d/web.yaml", "../.www", "/.www")]
    public void Load_RelativePath_StartsInTheFolderOfTheFile(string file, string path, string expected)
    {
        // The name of the folder is no placeholder.
        const string odd = "{worker}{";
        folder.Write(Path.Combine(odd, file), InDirectory(path));
        var loaded = ConfigurationLoader.Load(Path.GetRelativePath(Environment.CurrentDirectory, folder[odd]), Given.Root);
        var service = Assert.Single(loaded.Fleet!.Services);
        Assert.Equal(folder[odd] + expected, service.Process.WorkingDirectory!.Expand(new WorkerName("web", 3)));
    }

    [Theory]
    [InlineData("www")]
    [InlineData(".www")]
    [InlineData("..www/x")]
    [InlineData("~/www")]
    public void Load_OtherBeginning_IsAnError(string path)
    {
        folder.Write("reuseportd.yaml", InDirectory(path));
        var error = Assert.Single(ConfigurationLoader.Load(folder[""], Given.Root).Errors);
        Assert.Equal("services.web.working_dir", error.Path);
    }

    [Fact]
    public void Read_RelativePathOfNoFile_IsAnError() => Given.AssertError("services.web.working_dir", "working_dir: ./www");

    private static string InDirectory(string path) =>
        $"services: {{ web: {{ command: a, reuseport: {{ ports: 1 }}, working_dir: \"{path}\" }} }}";
}
