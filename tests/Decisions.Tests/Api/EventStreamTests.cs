using System.Text;
using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Streams;
using Reuseportd.Observability.Events;
using Serilog;

namespace Decisions.Tests.Api;

public sealed class EventStreamTests
{
    [Fact]
    public async Task ServeAsync_DaemonStops_SendsTheLastEventAndEnds()
    {
        var events = new EventRing(8);
        using var log = new LoggerConfiguration().WriteTo.Sink(events).CreateLogger();
        using var ending = new StreamEnd(TimeProvider.System);
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        log.Stopping("a test");
        var served = new EventStream(null!, events, TimeProvider.System, ending).ServeAsync(context);
        Assert.False(served.IsCompleted);

        log.Stopped(TimeSpan.FromSeconds(3));
        ending.Begin();
        await served.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var text = Encoding.UTF8.GetString(body.ToArray());
        Assert.Contains("stopped after 3 s", text, StringComparison.Ordinal);
        // The client did not ask for earlier events.
        Assert.DoesNotContain("event: stopping", text, StringComparison.Ordinal);
    }
}
