"""What every dead-letter queue promises, whichever technology is behind it."""

from dataclasses import dataclass, replace

from application.ports.dead_letters import DeadLetter, DeadLetterQueue
from application.ports.queue import Channel, MessageConsumer, MessagePublisher
from tests.support.contracts.queue import MESSAGE, MOST, SOON, messages, receive_one


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLettersUnderTest:
    """A dead-letter queue of its own for one test, and the queues that its letters come from."""

    letters: DeadLetterQueue
    publisher: MessagePublisher
    consumer: MessageConsumer

    async def bury(self, channel: Channel, reason: str, count: int = 1) -> None:
        """Reject that many messages of a channel."""
        left = count
        while left:
            for delivery in await self.consumer.receive(channel, limit=MOST, wait_seconds=SOON):
                await self.consumer.reject(delivery, reason=reason)
                left -= 1

    async def all(self) -> list[DeadLetter]:
        """Look at every letter."""
        async with self.letters.walk() as walk:
            return [letter async for letter in walk.letters()]


class DeadLetterContract:
    """Subclassed once for each adapter, with a fixture `dead` that returns a DeadLettersUnderTest."""

    async def test_letter_is_the_message_with_reason_and_origin(self, dead: DeadLettersUnderTest) -> None:
        await dead.publisher.publish(Channel.EVENTS, [MESSAGE])
        await dead.bury(Channel.EVENTS, "handler-failed")

        (letter,) = await dead.all()
        assert (letter.message, letter.reason, letter.origin) == (MESSAGE, "handler-failed", Channel.EVENTS)

    async def test_looking_changes_nothing(self, dead: DeadLettersUnderTest) -> None:
        await dead.publisher.publish(Channel.COMMANDS, messages(3))
        await dead.bury(Channel.COMMANDS, "timeout", 3)

        first, second = await dead.all(), await dead.all()
        assert {letter.id for letter in first} == {letter.id for letter in second}
        assert len(first) == 3

    async def test_each_of_many_letters_is_met_once(self, dead: DeadLettersUnderTest) -> None:
        await dead.publisher.publish(Channel.COMMANDS, messages(25))
        await dead.bury(Channel.COMMANDS, "timeout", 25)

        assert len({letter.id for letter in await dead.all()}) == len(await dead.all()) == 25

    async def test_two_walks_at_once_never_meet_the_same_letter(self, dead: DeadLettersUnderTest) -> None:
        await dead.publisher.publish(Channel.COMMANDS, [MESSAGE])
        await dead.bury(Channel.COMMANDS, "timeout")

        async with dead.letters.walk() as walk:
            met = [letter async for letter in walk.letters()]
            assert await dead.all() == []
        assert len(met) == 1

    async def test_walk_that_breaks_off_gives_back_what_it_met(self, dead: DeadLettersUnderTest) -> None:
        await dead.publisher.publish(Channel.COMMANDS, messages(3))
        await dead.bury(Channel.COMMANDS, "timeout", 3)

        async with dead.letters.walk() as walk:
            async for _ in walk.letters():
                break
        assert len(await dead.all()) == 3

    async def test_letter_sent_again_arrives_as_it_was(self, dead: DeadLettersUnderTest) -> None:
        await dead.publisher.publish(Channel.EVENTS, [MESSAGE])
        await dead.bury(Channel.EVENTS, "handler-failed")

        async with dead.letters.walk() as walk:
            async for letter in walk.letters():
                await walk.send_again(letter)
                await walk.remove(letter)
        (delivery,) = await dead.consumer.receive(Channel.EVENTS, limit=MOST, wait_seconds=SOON)
        assert delivery.message == MESSAGE
        assert await dead.all() == []

    async def test_crash_between_sending_and_removing_doubles_but_never_loses(self, dead: DeadLettersUnderTest) -> None:
        await dead.publisher.publish(Channel.COMMANDS, [MESSAGE])
        await dead.bury(Channel.COMMANDS, "timeout")

        async with dead.letters.walk() as walk:
            async for letter in walk.letters():
                await walk.send_again(letter)
        assert (await receive_one(dead.consumer)).message == MESSAGE
        assert len(await dead.all()) == 1

    async def test_removed_letter_is_gone(self, dead: DeadLettersUnderTest) -> None:
        await dead.publisher.publish(Channel.COMMANDS, messages(2))
        await dead.bury(Channel.COMMANDS, "timeout", 2)

        async with dead.letters.walk() as walk:
            async for letter in walk.letters():
                if letter.message == messages(2)[0]:
                    await walk.remove(letter)
        assert [letter.message for letter in await dead.all()] == [messages(2)[1]]

    async def test_same_message_keeps_its_id_however_often_it_dies(self, dead: DeadLettersUnderTest) -> None:
        await dead.publisher.publish(Channel.COMMANDS, [MESSAGE, replace(MESSAGE, source="/another")])
        await dead.bury(Channel.COMMANDS, "timeout", 2)
        before = {letter.id for letter in await dead.all()}
        async with dead.letters.walk() as walk:
            async for letter in walk.letters():
                await walk.send_again(letter)
                await walk.remove(letter)
        await dead.bury(Channel.COMMANDS, "another reason", 2)

        assert {letter.id for letter in await dead.all()} == before
        assert len(before) == 2
